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
  const parts = tiled?.bySides[sidesIndex(closed)]?.parts;
  if (!parts) {
    throw new SrganError('E_INTERNAL', `${network.title}: there is no form for these sides.`);
  }
  const bytes = new Uint8Array(new SharedArrayBuffer(parts.reduce((sum, { length }) => sum + length, 0)));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
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
