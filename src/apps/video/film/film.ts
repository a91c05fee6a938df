/** A fraction, as ffmpeg writes rates and time bases. */
export interface Ratio {
  readonly num: number;
  readonly den: number;
}

/** What of a film must be known before its first frame. */
export interface Film {
  /** Path, or `-` for YUV4MPEG2 on standard input. */
  readonly path: string;
  /** Size of the frames as they are shown, rotation applied. */
  readonly widthPx: number;
  readonly heightPx: number;
  /** Index of the stream among all of the file. */
  readonly stream: number;
  readonly codec: string;
  readonly pixelFormat: PixelFormat;
  readonly colour: Colour;
  /** Shape of a pixel: its width by its height; undefined where it is not said. */
  readonly sampleAspect: Ratio | undefined;
  /** What timestamps count in: seconds for each tick. */
  readonly timeBase: Ratio;
  /** Frames per second, on average. */
  readonly frameRate: Ratio;
  readonly interlaced: boolean;
  /** Seconds, where that is known. */
  readonly durationS: number | undefined;
  /** About how many frames there are, where that is known. */
  readonly frames: number | undefined;
  /** What it lies in, as ffprobe calls it. */
  readonly container: string;
  /** When the file begins, which is not 0 in a recording of a broadcast. */
  readonly startS: number;
  /** Bits per second of the picture, where that is known. */
  readonly bitRate: number | undefined;
  /** Sound, subtitles, attachments, covers. */
  readonly others: readonly OtherStream[];
}

export interface OtherStream {
  readonly index: number;
  readonly kind: 'audio' | 'subtitle' | 'attachment' | 'data' | 'cover' | 'video';
  readonly codec: string;
}

export interface PixelFormat {
  /** As ffmpeg calls it. */
  readonly name: string;
  readonly bits: number;
  /** How colour is stored: with its sides halved or not, as RGB, or not at all. */
  readonly chroma: '420' | '422' | '444' | 'rgb' | 'gray';
  readonly alpha: boolean;
}

/** Tags of colour by ffmpeg's names; undefined where the file says nothing. */
export interface Colour {
  readonly matrix: string | undefined;
  readonly range: 'tv' | 'pc';
  readonly primaries: string | undefined;
  readonly transfer: string | undefined;
  readonly chromaLocation: string | undefined;
}

export const secondsOf = (ticks: number, { num, den }: Ratio): number => (ticks * num) / den;

export const ratioText = ({ num, den }: Ratio): string => `${num}/${den}`;

/** Such as `30000/1001` or `16:9`. */
export function readRatio(text: string | undefined): Ratio | undefined {
  const [, num, den] = /^(\d+)[/:](\d+)$/.exec(text ?? '') ?? [];
  const ratio = { num: Number(num), den: Number(den) };
  return ratio.num > 0 && ratio.den > 0 ? ratio : undefined;
}

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

/** Reads ffmpeg's name of a pixel format, such as yuv420p10le, gbrp or rgb48be. */
export function pixelFormatOf(name: string): PixelFormat {
  const bits = bitsOf(name);
  const alpha = /^(?:yuva|rgba|argb|abgr|bgra|gbrap|ya\d|pal8)/.test(name);
  return { name, bits, alpha, chroma: chromaOf(name) };
}

function chromaOf(name: string): PixelFormat['chroma'] {
  if (/^(?:gray|ya\d|mono)/.test(name)) return 'gray';
  if (/^(?:rgb|bgr|gbr|argb|abgr|0rgb|0bgr|x2rgb|pal8)/.test(name)) return 'rgb';
  if (/(?:444|^p4|^vuya|^xv)/.test(name)) return '444';
  if (/(?:422|440|^yuyv|^uyvy|^yvyu|^p2|^nv16|^nv20|^y2)/.test(name)) return '422';
  return '420';
}

/** Bits of a channel. */
function bitsOf(name: string): number {
  const deep = /^(?:rgb|bgr)(48)|^(?:rgba|bgra)(64)|^ya(16)|^(?:x2rgb|x2bgr|y2)(10)|^p\d(10|12|16)/.exec(
    name,
  );
  const [, six, eight, gray, ten, semi] = deep ?? [];
  if (six ?? eight ?? gray) return 16;
  const planar = /(?:p|gray|gbrp|gbrap)(9|10|12|14|16)(?:le|be)$/.exec(name);
  return Number(ten ?? semi ?? planar?.[1] ?? 8);
}

/**
 * The format that a result is encoded in where the user names none: as the source, in planes of YUV.
 * @param mostBits that the encoder takes
 */
export function encodedFormat({ bits, chroma }: PixelFormat, mostBits: number): string {
  const planes = { '420': 'yuv420p', '422': 'yuv422p', '444': 'yuv444p', rgb: 'yuv444p', gray: 'yuv420p' };
  const deep = bits <= 8 ? '' : Math.min(mostBits, bits) <= 10 ? '10le' : '12le';
  return `${planes[chroma]}${deep}`;
}

/** Whether a side of the result must be even. */
export function evenSides(format: string): { readonly across: boolean; readonly down: boolean } {
  const { chroma } = pixelFormatOf(format);
  return { across: chroma === '420' || chroma === '422', down: chroma === '420' };
}
