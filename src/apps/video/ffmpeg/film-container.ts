import { devNull } from 'node:os';
import path from 'node:path';
import { SrganError } from '../../../system/errors.js';
import { type Film, type OtherStream, encodedFormat } from '../film/film.js';
import { fileOf, INPUT_RULE } from '../film/probe-film.js';
import type { OutputArgs } from './output-args.js';
import { runProgram } from './child-program.js';

/** What a film is put into. */
export interface Container {
  /** As ffmpeg calls it. */
  readonly format: string;
  /** Encoder and its quality where the user names none. */
  readonly codec: readonly string[];
  /** What the encoder takes at most. */
  readonly mostBits: number;
  /** Text subtitles it holds, and what others are made into; undefined: none. */
  readonly subtitles: { readonly own: readonly string[]; readonly made: string } | undefined;
  readonly attachments: boolean;
  readonly options: readonly string[];
}

// as many bits as with the preset medium, at a third of the work, which the network needs
const X264 = ['-c:v', 'libx264', '-preset', 'faster', '-crf', '17'];
const VP9 = [
  '-c:v',
  'libvpx-vp9',
  '-crf',
  '22',
  '-b:v',
  '0',
  '-row-mt',
  '1',
  '-deadline',
  'good',
  '-cpu-used',
  '4',
];

const MP4_SUBTITLES = { own: ['mov_text', 'dvd_subtitle'], made: 'mov_text' };
const MP4 = {
  codec: X264,
  mostBits: 10,
  subtitles: MP4_SUBTITLES,
  attachments: false,
  options: ['-movflags', '+faststart'],
};
const MATROSKA_SUBTITLES = {
  own: ['subrip', 'ass', 'ssa', 'webvtt', 'dvd_subtitle', 'hdmv_pgs_subtitle', 'dvb_subtitle', 'text'],
  made: 'srt',
};

const CONTAINERS: Readonly<Record<string, Container>> = {
  '.mp4': { format: 'mp4', ...MP4 },
  '.m4v': { format: 'mp4', ...MP4 },
  '.mov': { format: 'mov', ...MP4 },
  '.mkv': {
    format: 'matroska',
    codec: X264,
    mostBits: 10,
    subtitles: MATROSKA_SUBTITLES,
    attachments: true,
    options: [],
  },
  '.webm': {
    format: 'webm',
    codec: VP9,
    mostBits: 12,
    subtitles: { own: ['webvtt'], made: 'webvtt' },
    attachments: false,
    options: [],
  },
  '.ts': {
    format: 'mpegts',
    codec: X264,
    mostBits: 10,
    subtitles: undefined,
    attachments: false,
    options: [],
  },
  '.nut': { format: 'nut', codec: X264, mostBits: 10, subtitles: undefined, attachments: false, options: [] },
};

/** @throws SrganError E_USAGE where the name says nothing that can be written */
export function containerOf(out: string): Container {
  const extension = path.extname(out).toLowerCase();
  const container = CONTAINERS[extension];
  if (container) return container;
  throw new SrganError('E_USAGE', `${out}: its name does not say what kind of film it is to be.`, {
    hint: `End it with ${Object.keys(CONTAINERS).join(', ')}; .gif and .webp are images, for srgan pipe.`,
  });
}

/** Format of the pixels that are encoded: the user's, or as the source has them. */
export function formatToEncode({ pixelFormat }: Film, container: Container, args: OutputArgs): string {
  return args.pixelFormat ?? encodedFormat(pixelFormat, container.mostBits);
}

/** Which of the other streams go into the result, how, and which stay behind. */
export interface Carrying {
  /** Arguments of ffmpeg, for the film as its input `input`. */
  readonly args: (input: number) => string[];
  /** Their indexes in the film, in the order of the result. */
  readonly streams: readonly number[];
  /** Sentences about what is left behind or changed. */
  readonly notes: readonly string[];
}

export function carryingOf(
  { others }: Film,
  { subtitles, attachments, format }: Container,
  out: string,
): Carrying {
  const kept: { readonly stream: OtherStream; readonly codec?: string }[] = [];
  const notes: string[] = [];
  const behind = (what: string) => notes.push(`${path.extname(out)} holds no ${what}, which stay behind.`);
  for (const stream of others) {
    const { kind, codec } = stream;
    if (kind === 'audio' || (kind === 'cover' && ['mp4', 'mov', 'matroska'].includes(format)))
      kept.push({ stream });
    else if (kind === 'attachment') {
      if (attachments) kept.push({ stream });
      else behind('attachments');
    } else if (kind === 'subtitle') {
      if (!subtitles) behind('subtitles');
      else if (subtitles.own.includes(codec)) kept.push({ stream });
      else {
        kept.push({ stream, codec: subtitles.made });
        notes.push(`Subtitles in ${codec} become ${subtitles.made}.`);
      }
    } else if (kind === 'video')
      notes.push(`Only the first picture is enlarged; stream ${stream.index} stays behind.`);
  }
  let subtitle = 0;
  return {
    streams: kept.map(({ stream }) => stream.index),
    notes: [...new Set(notes)],
    args(input) {
      subtitle = 0;
      return kept.flatMap(({ stream, codec }) => {
        const map = ['-map', `${input}:${stream.index}`];
        if (stream.kind !== 'subtitle') return map;
        const at = subtitle++;
        return codec === undefined ? map : [...map, `-c:s:${at}`, codec];
      });
    },
  };
}

/**
 * Finds out before any work whether the container takes the other streams as they are.
 * @throws SrganError E_UNSUPPORTED
 */
export async function checkContainer(
  film: Film,
  container: Container,
  carrying: Carrying,
  { mux }: OutputArgs,
  signal: AbortSignal,
): Promise<void> {
  if (carrying.streams.length === 0 || film.path === '-') return;
  const input = ['-nostdin', '-v', 'error', ...INPUT_RULE, '-i', fileOf(film.path)];
  const copied = ['-c', 'copy', ...carrying.args(0), '-t', '0', ...mux];
  await runProgram('ffmpeg', [...input, ...copied, '-f', container.format, '-y', devNull], signal, {
    code: 'E_UNSUPPORTED',
    sentence: `The sound or the subtitles of ${film.path} do not go into ${container.format} as they are`,
    hint: `Take .mkv, or have the sound encoded anew: srgan video IN OUT -- -c:a ${container.format === 'webm' ? 'libopus' : 'aac'}`,
  });
}
