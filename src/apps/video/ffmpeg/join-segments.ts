import { once } from 'node:events';
import { createReadStream } from '../../../system/files/fs.js';
import { SrganError } from '../../../system/errors.js';
import { colourTags, type Film } from '../film/film.js';
import { fileOf, INPUT_RULE } from '../film/probe-film.js';
import type { Carrying, Container } from './film-container.js';
import type { OutputArgs } from './output-args.js';
import { cancelled, programFailure, startProgram } from './child-program.js';

/** Seconds that a film may lie behind 0 and still count as one that begins there. */
const LATE_START_S = 1;

/** Of the picture, which statistics of another file would say wrong things about. */
const STALE_TAGS = ['rotate', 'encoder', 'BPS', 'NUMBER_OF_FRAMES', 'NUMBER_OF_BYTES', 'DURATION'].flatMap(
  (tag) => [tag, `${tag}-eng`].flatMap((name) => ['-metadata:s:v:0', `${name}=`]),
);

export interface JoinPlan {
  readonly film: Film;
  readonly container: Container;
  readonly carrying: Carrying;
  readonly args: OutputArgs;
  /** Segments in order, one file each. */
  readonly segments: readonly string[];
  /** Seconds by which their timestamps are ahead of the film's. */
  readonly aheadS: number;
  /** Where the result is written. */
  readonly to: string;
}

/** Length of what a file of NUT begins with, and nothing inside of one. */
const ID_BYTES = 25;

/**
 * Puts the segments one after the other, with everything else of the film beside them, without encoding anything
 * again. NUT is made for this: its headers may be repeated anywhere, and each packet has its own timestamp.
 * @throws SrganError E_ENGINE, E_ENCODE, E_NOSPC, E_CANCELLED
 */
export async function joinSegments(plan: JoinPlan, signal: AbortSignal): Promise<void> {
  const { film, segments, to } = plan;
  const { child, ended } = startProgram('ffmpeg', argsOf(plan), ['pipe', 'ignore', 'pipe'], signal);
  const { stdin } = child;
  if (!stdin) throw new SrganError('E_INTERNAL', 'ffmpeg has no standard input.');
  const pipe = { broken: false };
  stdin.on('error', () => (pipe.broken = true));
  for (const [at, file] of segments.entries()) {
    for await (const piece of createReadStream(file, { start: at === 0 ? 0 : ID_BYTES })) {
      if (!stdin.write(piece)) await Promise.race([once(stdin, 'drain'), ended]).catch(() => undefined);
      if (pipe.broken || signal.aborted) break;
    }
  }
  stdin.end();
  const end = await ended;
  if (signal.aborted) throw cancelled(signal);
  if (end.status === 0) return;
  if (/no space left/i.test(end.said.join('\n'))) {
    throw new SrganError('E_NOSPC', `${to}: the disk is full.`, {
      cause: new Error(end.said.join('\n')),
      hint: 'Free some space, then run again with --resume.',
    });
  }
  throw programFailure('E_ENCODE', `ffmpeg could not put ${film.path} together`, end);
}

function argsOf({ film, container, carrying, args, aheadS, to }: JoinPlan): string[] {
  const shiftS = film.startS > LATE_START_S ? film.startS : 0;
  const picture = ['-itsoffset', String(-aheadS - shiftS), '-f', 'nut', '-i', 'pipe:0'];
  const hasFile = film.path !== '-';
  const rest = hasFile ? [...INPUT_RULE, '-itsoffset', String(-shiftS), '-i', fileOf(film.path)] : [];
  // a mapping for one stream takes those of all the others away
  const tagsFrom = (index: number, at: number) => [`-map_metadata:s:${at}`, `1:s:${index}`];
  const about = hasFile
    ? [
        ...['-map_metadata', '1', '-map_chapters', '1'],
        ...[film.stream, ...carrying.streams].flatMap(tagsFrom),
        ...STALE_TAGS,
      ]
    : [];
  return [
    ...['-nostdin', '-v', 'error', '-copyts', ...picture, ...rest],
    ...['-map', '0:v:0', '-c', 'copy', ...(hasFile ? carrying.args(1) : []), ...about],
    // not every codec says in its own packets what its colours mean
    ...[...colourTags(film), ...clockOf(film, container)],
    ...[...container.options, ...args.mux, '-f', container.format, '-y', `file:${to}`],
  ];
}

/** So that no timestamp is moved or rounded. */
function clockOf({ timeBase: { num, den }, container }: Film, { format }: Container): string[] {
  // sound of Opus begins before 0, which Matroska can say; unasked, ffmpeg would move the picture instead
  const sameKind = container.startsWith('matroska') && ['matroska', 'webm'].includes(format);
  if (sameKind) return ['-avoid_negative_ts', 'disabled'];
  if (!['mp4', 'mov'].includes(format) || num !== 1 || den > 1_000_000) return [];
  return ['-video_track_timescale', String(den)];
}
