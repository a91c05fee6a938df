import type { NetworkFile } from '../../contract/engine.js';
import { SrganError } from '../../system/errors.js';
import { sidesIndex } from '../tiles/sides.js';
import type { ClosedSides, TileForm } from '../../contract/tiles.js';

/** Identifies a form of a network; only the tiled form depends on the closed sides. */
export function formKey(form: TileForm, closed: ClosedSides): string {
  return form === 'whole' || form === 'native' || form === 'narrowed'
    ? form
    : `${form} ${sidesIndex(closed)}`;
}

/** Returns the network as an engine loads it for tiles of a form. */
export function formFile(network: NetworkFile, form: TileForm, closed: ClosedSides): NetworkFile {
  const { tiled, narrowed, radiusPx, key } = network;
  if (form === 'whole' || form === 'native') return network;
  if (form === 'narrowed' && narrowed) {
    return { ...network, key: `${key} ${form}`, bytes: narrowed.bytes, narrows: narrowed };
  }
  const sided = tiled?.bySides[sidesIndex(closed)];
  const parts = sided?.parts;
  if (!parts) {
    throw new SrganError('E_INTERNAL', `${network.title}: no form for these sides exists.`);
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
