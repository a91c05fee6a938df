import { SrganError } from '../../../system/errors.js';
import { runProgram } from '../ffmpeg/child-program.js';
import { readRatio, type Colour, type Film, type OtherStream, pixelFormatOf } from './film.js';

interface ProbedStream {
  readonly index: number;
  readonly codec_type?: string;
  readonly codec_name?: string;
  readonly width?: number;
  readonly height?: number;
  readonly pix_fmt?: string;
  readonly field_order?: string;
  readonly sample_aspect_ratio?: string;
  readonly time_base?: string;
  readonly avg_frame_rate?: string;
  readonly r_frame_rate?: string;
  readonly duration?: string;
  readonly nb_frames?: string;
  readonly bit_rate?: string;
  readonly color_space?: string;
  readonly color_range?: string;
  readonly color_primaries?: string;
  readonly color_transfer?: string;
  readonly chroma_location?: string;
  readonly disposition?: { readonly attached_pic?: number };
  readonly side_data_list?: readonly { readonly rotation?: number }[];
  readonly tags?: { readonly rotate?: string };
}

interface Probed {
  readonly streams?: readonly ProbedStream[];
  readonly format?: {
    readonly format_name?: string;
    readonly duration?: string;
    readonly start_time?: string;
    readonly bit_rate?: string;
  };
}

/** Nothing but files of this machine: a playlist leads nowhere else. */
export const INPUT_RULE = ['-protocol_whitelist', 'file,pipe'];

/** A name that begins with a dash or looks like an address is a file all the same. */
export const fileOf = (path: string): string => `file:${path}`;

/**
 * Asks ffprobe about a film.
 * @throws SrganError E_ENGINE without ffprobe, E_DECODE where it is no film, E_UNSUPPORTED
 */
export async function probeFilm(path: string, signal: AbortSignal): Promise<Film> {
  const asked = ['-v', 'error', ...INPUT_RULE, '-show_format', '-show_streams', '-of', 'json', fileOf(path)];
  const text = await runProgram('ffprobe', asked, signal, {
    code: 'E_DECODE',
    sentence: `${path}: ffprobe cannot read it`,
    hint: 'Is it a film, and whole?',
  });
  return filmOf(path, JSON.parse(text) as Probed);
}

function filmOf(path: string, { streams = [], format = {} }: Probed): Film {
  const shown = streams.find((stream) => kindOf(stream) === 'video');
  if (!shown?.width || !shown.height) {
    throw new SrganError('E_UNSUPPORTED', `${path}: has no moving picture.`, {
      hint: 'Take srgan pipe or srgan upscale for images.',
    });
  }
  const pixelFormat = pixelFormatOf(shown.pix_fmt ?? 'yuv420p');
  const turned = isTurned(shown);
  const [widthPx, heightPx] = turned ? [shown.height, shown.width] : [shown.width, shown.height];
  const aspect = readRatio(shown.sample_aspect_ratio);
  const frameRate = readRatio(shown.avg_frame_rate) ?? readRatio(shown.r_frame_rate) ?? { num: 25, den: 1 };
  const durationS = positive(shown.duration) ?? positive(format.duration);
  const counted = positive(shown.nb_frames);
  return {
    path,
    widthPx,
    heightPx,
    stream: shown.index,
    codec: shown.codec_name ?? 'unknown',
    pixelFormat,
    colour: colourOf(shown),
    sampleAspect: aspect && turned ? { num: aspect.den, den: aspect.num } : aspect,
    timeBase: readRatio(shown.time_base) ?? { num: 1, den: 90_000 },
    frameRate,
    interlaced: ['tt', 'bb', 'tb', 'bt'].includes(shown.field_order ?? ''),
    durationS,
    frames:
      counted ??
      (durationS === undefined ? undefined : Math.round((durationS * frameRate.num) / frameRate.den)),
    container: format.format_name ?? '',
    startS: Number(format.start_time ?? 0) || 0,
    bitRate: positive(shown.bit_rate) ?? positive(format.bit_rate),
    others: streams.flatMap((stream): OtherStream[] => {
      const { index, codec_name: codec = 'unknown' } = stream;
      return stream === shown ? [] : [{ index, kind: kindOf(stream), codec }];
    }),
  };
}

function kindOf({ codec_type: type, disposition }: ProbedStream): OtherStream['kind'] {
  if (type === 'video') return disposition?.attached_pic === 1 ? 'cover' : 'video';
  return type === 'audio' || type === 'subtitle' || type === 'attachment' ? type : 'data';
}

function isTurned({ side_data_list: data = [], tags }: ProbedStream): boolean {
  const rotation = data.find((entry) => entry.rotation !== undefined)?.rotation ?? Number(tags?.rotate ?? 0);
  return Math.abs(Math.round(rotation / 90)) % 2 === 1;
}

function colourOf(stream: ProbedStream): Colour {
  const full = stream.color_range === 'pc' || /^yuvj/.test(stream.pix_fmt ?? '');
  return {
    matrix: stated(stream.color_space),
    range: full ? 'pc' : 'tv',
    primaries: stated(stream.color_primaries),
    transfer: stated(stream.color_transfer),
    chromaLocation: stated(stream.chroma_location),
  };
}

const stated = (name: string | undefined) =>
  name === undefined || ['unknown', 'unspecified', 'reserved'].includes(name) ? undefined : name;

function positive(text: string | undefined): number | undefined {
  const value = Number(text);
  return value > 0 && Number.isFinite(value) ? value : undefined;
}
