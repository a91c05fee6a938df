import type { NetworkFile } from '../engines/engine.js';
import { SrganError } from '../errors.js';
import type { TileForm } from '../tiles/plan.js';
import { sidesIndex, type ClosedSides } from '../tiles/sides.js';

/** One for all tiles that go through the network as it is. */
export function formKey(form: TileForm, closed: ClosedSides): string {
  return form === 'whole' ? form : `${form} ${sidesIndex(closed)}`;
}

/** The network as an engine loads it for tiles of a form. */
export function formFile(network: NetworkFile, form: TileForm, closed: ClosedSides): NetworkFile {
  const { tiled, radiusPx, key } = network;
  if (form === 'whole') return network;
  const index = sidesIndex(closed);
  const { weights, operators } = tiled?.[form] ?? {};
  const head = operators?.[index];
  if (!weights || !head) {
    throw new SrganError('E_INTERNAL', `${network.title}: there is no form '${form}' for these sides.`);
  }
  const bytes = new Uint8Array(new SharedArrayBuffer(head.length + weights.length));
  bytes.set(head);
  bytes.set(weights, head.length);
  const trim = (isClosed: boolean) => (isClosed ? 0 : radiusPx);
  return {
    ...network,
    key: `${key} ${formKey(form, closed)}`,
    bytes,
    trimPx: {
      top: trim(closed.top),
      left: trim(closed.left),
      bottom: trim(closed.bottom),
      right: trim(closed.right),
    },
  };
}
