import type { Pixels } from '../contract/job.js';

export type Transparency = 'opaque' | 'binary' | 'partial';

/** @param before what was found in samples that were looked at before */
export function transparencyOf(
  { data, channels }: Pick<Pixels, 'channels'> & { readonly data: Uint8Array | Uint16Array },
  before: Transparency = 'opaque',
): Transparency {
  if (channels % 2 === 1) return 'opaque';
  const full = data instanceof Uint16Array ? 65535 : 255;
  let found = before;
  for (let i = channels - 1; i < data.length && found !== 'partial'; i += channels) {
    const alpha = data[i];
    if (alpha === full) continue;
    found = alpha === 0 ? 'binary' : 'partial';
  }
  return found;
}
