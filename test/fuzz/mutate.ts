import type { Whole } from './images.js';

/** A file that is not as its program made it. */
export interface Case {
  /** Index among the whole images. */
  readonly image: number;
  readonly how: string;
  /** It is the beginning of the whole file. */
  readonly isCut: boolean;
  readonly bytes: Buffer;
}

/** Every other case is cut off, at points that spread evenly over all files; the rest is damaged by chance. */
export function caseAt(images: readonly Whole[], number: number, cases: number, random: () => number): Case {
  const image = number % images.length;
  const { bytes } = images[image]!;
  const turn = Math.floor(number / images.length);
  const turns = Math.ceil(cases / images.length);
  if (turn % 2 === 0) {
    const length = Math.min(bytes.length - 1, Math.floor(((turn + random()) / turns) * bytes.length));
    return {
      image,
      how: `cut to ${length} bytes`,
      isCut: true,
      bytes: Buffer.from(bytes.subarray(0, length)),
    };
  }
  return { image, isCut: false, ...damaged(Buffer.from(bytes), random) };
}

export function damaged(bytes: Buffer, random: () => number): Pick<Case, 'how' | 'bytes'> {
  // headers are where small changes have large effects
  const at = () => Math.floor((random() < 0.5 ? random() ** 3 : random()) * bytes.length);
  const kind = Math.floor(random() * 4);
  if (kind === 0) {
    const places = Array.from({ length: 1 + Math.floor(random() * 8) }, at);
    for (const place of places) bytes[place]! ^= 1 << Math.floor(random() * 8);
    return { how: `bits flipped at ${places.join(', ')}`, bytes };
  }
  const start = at();
  const end = Math.min(bytes.length, start + 1 + Math.floor(random() * 12));
  if (kind === 1) {
    const values = [0x00, 0xff, 0x7f, 0x80];
    bytes.fill(values[Math.floor(random() * 4)]!, start, end);
    return { how: `${start} to ${end} overwritten`, bytes };
  }
  const [before, piece, after] = [bytes.subarray(0, start), bytes.subarray(start, end), bytes.subarray(end)];
  return kind === 2
    ? { how: `${start} to ${end} left out`, bytes: Buffer.concat([before, after]) }
    : { how: `${start} to ${end} doubled`, bytes: Buffer.concat([before, piece, piece, after]) };
}
