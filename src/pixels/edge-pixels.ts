/** Margins around an image, on each side. */
export interface Margins {
  readonly acrossPx: number;
  readonly downPx: number;
}

type Samples = Uint8Array | Uint16Array;

/**
 * Pads rows by repeating the pixels at both ends.
 * @param into has 2 × `acrossPx` more pixels in each row
 */
export function widenRows(
  from: Samples,
  into: Samples,
  widthPx: number,
  channels: number,
  acrossPx: number,
): void {
  const row = widthPx * channels;
  const wideRow = (widthPx + 2 * acrossPx) * channels;
  for (let [at, to] = [0, 0]; at < from.length; at += row, to += wideRow) {
    into.set(from.subarray(at, at + row), to + acrossPx * channels);
    const last = at + row - channels;
    for (let x = 0; x < acrossPx; x += 1) {
      into.set(from.subarray(at, at + channels), to + x * channels);
      into.set(from.subarray(last, last + channels), to + (acrossPx + widthPx + x) * channels);
    }
  }
}

/**
 * Removes the margins of padded rows.
 * @param widthPx width including the margins
 */
export function narrowRows(
  from: Samples,
  into: Samples,
  widthPx: number,
  channels: number,
  acrossPx: number,
): void {
  const wideRow = widthPx * channels;
  const row = (widthPx - 2 * acrossPx) * channels;
  for (let [at, to] = [acrossPx * channels, 0]; to < into.length; at += wideRow, to += row) {
    into.set(from.subarray(at, at + row), to);
  }
}
