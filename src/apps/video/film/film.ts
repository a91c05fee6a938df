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
