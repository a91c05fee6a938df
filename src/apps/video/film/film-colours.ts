import type { Colour, Film } from './film.js';

/**
 * Conversion that rounds, instead of cutting off, and that computes each pixel's own colour: colour bars that go
 * to RGB and back are at most 1 level off.
 */
const EXACT = 'accurate_rnd+full_chroma_int+full_chroma_inp';

/** Heights up to this are taken for standard definition, as players do, where a file does not say its matrix. */
const SD_HEIGHT_PX = 576;

/** The scale filter's names of matrices; what it does not know it would compute wrong without a word. */
const MATRICES: Readonly<Record<string, string>> = {
  bt709: 'bt709',
  fcc: 'fcc',
  bt470bg: 'bt470',
  smpte170m: 'smpte170m',
  smpte240m: 'smpte240m',
  bt2020nc: 'bt2020',
};

/** The matrix that a film is taken to have, by ffmpeg's name of the tag. */
export function matrixOf({ colour, heightPx }: Pick<Film, 'colour' | 'heightPx'>): string {
  const { matrix } = colour;
  if (matrix !== undefined && matrix in MATRICES) return matrix;
  return heightPx <= SD_HEIGHT_PX ? 'smpte170m' : 'bt709';
}

/** Whether the matrix is one that can be computed with. */
export const knownMatrix = ({ matrix }: Colour): boolean =>
  matrix === undefined || matrix in MATRICES || matrix === 'gbr' || matrix === 'rgb';

/** From the frames of the film to RGB in full range. */
export function toRgb(film: Film): string {
  const { widthPx, heightPx, colour, pixelFormat } = film;
  const rgb = pixelFormat.chroma === 'rgb';
  const from = rgb ? [] : [`in_color_matrix=${MATRICES[matrixOf(film)] ?? ''}`, `in_range=${colour.range}`];
  return `scale=${[`w=${widthPx}`, `h=${heightPx}`, ...from, 'out_range=pc', `flags=bicubic+${EXACT}`].join(':')}`;
}

/** From RGB in full range to what is encoded, in the size of the result. */
export function fromRgb(film: Film, size: { widthPx: number; heightPx: number }, format: string): string[] {
  const { colour } = film;
  const range = film.pixelFormat.chroma === 'rgb' ? 'tv' : colour.range;
  const to = [`out_color_matrix=${MATRICES[matrixOf(film)] ?? ''}`, `out_range=${range}`];
  const { widthPx, heightPx } = size;
  return [
    `scale=${[`w=${widthPx}`, `h=${heightPx}`, 'in_range=pc', ...to, `flags=lanczos+${EXACT}`].join(':')}`,
    `format=${format}`,
  ];
}

/** The tags that say what the colours of the result mean. */
export function colourTags(film: Film): string[] {
  const { primaries, transfer, range, chromaLocation } = film.colour;
  const rgb = film.pixelFormat.chroma === 'rgb';
  return [
    ...['-colorspace', matrixOf(film)],
    ...['-color_range', rgb ? 'tv' : range],
    ...(primaries === undefined ? [] : ['-color_primaries', primaries]),
    ...(transfer === undefined ? [] : ['-color_trc', transfer]),
    ...(chromaLocation === undefined ? [] : ['-chroma_sample_location', chromaLocation]),
  ];
}
