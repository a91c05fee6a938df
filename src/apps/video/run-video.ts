import { performance } from 'node:perf_hooks';
import { fillFlags } from '../../command-line/flags/fill-flags.js';
import { optionsOf } from '../../command-line/flags/pipe-options.js';
import { videoFlags, type VideoFlags } from '../../command-line/flags/video-flags.js';
import { logLevel } from '../../command-line/log-level.js';
import { CLOSED_PIPE_STATUS, openOutput } from '../../command-line/output.js';
import { SrganError } from '../../system/errors.js';
import { openInterrupts } from '../../system/signals.js';
import { count, duration, rate } from '../../system/measures.js';
import { writeFilmPage, percent } from './report/film-page.js';
import { openFilmPictures } from './report/film-pictures.js';
import { clockTime, openFilmProgress } from './report/film-progress.js';
import { enlargeFilm } from './video.js';
import { STDIO, type VideoOptions, type VideoSummary } from './video-options.js';

const PROGRESS_MS = 1000;

/**
 * @param outputArgs what came after `--`
 * @returns the exit status
 * @throws SrganError what makes the film impossible
 */
export async function runVideo(
  from: string,
  to: string,
  outputArgs: readonly string[],
  given: VideoFlags,
): Promise<number> {
  const flags = await fillFlags(given, videoFlags);
  checkStreams(from, to, flags);
  const { stdin, stdout, stderr, env } = process;
  const log = logLevel(flags, stderr, env);
  const progress = openFilmProgress({ ...log, stream: stderr });
  const interrupts = openInterrupts(() => undefined);
  const output = openOutput(stdout, () => interrupts.stop());
  const pictures = openFilmPictures();
  const records = flags['ndjson-out'] ? recordTo((text) => output.write(text)) : undefined;

  const options: VideoOptions = {
    from,
    to,
    // of a film they mean something else than of images
    pipe: { ...optionsOf(flags), resume: undefined, overwrite: undefined },
    outputArgs,
    overwrite: flags.overwrite ?? false,
    resume: flags.resume ?? false,
    deinterlace: flags.deinterlace ?? false,
    reuse: flags.reuse ?? true,
    reuseWithin: flags['reuse-within'] ?? 0,
    segmentFrames: flags.segment,
    stdin,
    signal: interrupts.drain,
    on: {
      note: (sentence) => {
        if (log.level !== 'quiet') progress.say(sentence);
      },
      detail: (sentence) => {
        if (log.level === 'verbose') progress.say(sentence);
      },
      begun(begun) {
        const { film, widthPx, heightPx, model, resumed } = begun;
        pictures.begin(film, resumed);
        progress.begun(begun);
        records?.add('film', {
          src: from,
          dst: to,
          frames: film.frames,
          width: widthPx,
          height: heightPx,
          model,
          resumed,
        });
        if (resumed > 0 && log.level !== 'quiet')
          progress.say(`${count(resumed, 'frame')} are there already.`);
      },
      frame(at) {
        progress.frame(at);
        records?.progress(at);
      },
      segment({ segment, frames, first, lastPts, bytes, sha256 }) {
        records?.add('segment', { segment, frames, first, lastPts, bytes, sha256 });
      },
      look: (frame) => (flags.html === undefined ? Promise.resolve() : pictures.look(frame)),
      joining: () => undefined,
    },
  };
  try {
    const summary = await enlargeFilm(options);
    progress.close();
    if (flags.html !== undefined) await writeFilmPage(flags.html, { from, to }, summary, pictures.pictures);
    await records?.end(summary);
    output.check();
    if (log.level !== 'quiet') stderr.write(`${summaryLine(to, summary)}\n`);
    return summary.readerGone || output.closed ? CLOSED_PIPE_STATUS : 0;
  } catch (error) {
    progress.close();
    if (interrupts.exitStatus === undefined || !(error instanceof SrganError)) throw error;
    stderr.write(`Interrupted.${to === STDIO ? '' : ' Run it again with --resume to go on.'}\n`);
    return interrupts.exitStatus;
  } finally {
    interrupts.dispose();
  }
}

/** `big.mkv: 240 frames, 0:10 of film in 23.1 s: 10.4 frames/s, 63.0 % of the tiles reused` */
function summaryLine(to: string, { frames, resumed, filmS, elapsedMs, tiles, reused }: VideoSummary): string {
  const speed = rate((1000 * (frames - resumed)) / Math.max(1, elapsedMs));
  const name = to === STDIO ? '' : `${to}: `;
  const share = `${percent(reused, tiles)} % of the tiles reused`;
  return `${name}${count(frames, 'frame')}, ${clockTime(filmS)} of film in ${duration(elapsedMs)}: ${speed} frames/s, ${share}`;
}

function checkStreams(from: string, to: string, flags: VideoFlags): void {
  if (to === STDIO && process.stdout.isTTY) {
    throw new SrganError('E_USAGE', 'Standard output is a terminal, which cannot show a film.', {
      hint: 'Send it to a program, such as: srgan video IN - | ffplay -',
    });
  }
  if (to === STDIO && flags['ndjson-out']) {
    throw new SrganError('E_USAGE', '--ndjson-out has no place, since the film goes to standard output.');
  }
  if ((to === STDIO || from === STDIO) && flags.resume) {
    throw new SrganError('E_USAGE', '--resume needs a film and a result that are files.');
  }
}

/** One JSON object a line, on standard output. */
function recordTo(write: (text: string) => Promise<void>) {
  let last: Promise<void> = Promise.resolve();
  let toldMs = performance.now();
  const add = (event: string, facts: object) => {
    last = last.then(() => write(`${JSON.stringify({ event, ...facts })}\n`));
  };
  return {
    add,
    progress({ frames, filmS }: { frames: number; filmS: number }) {
      if (performance.now() - toldMs < PROGRESS_MS) return;
      toldMs = performance.now();
      add('progress', { frames, film_s: Number(filmS.toFixed(3)) });
    },
    async end({ frames, filmS, elapsedMs, tiles, reused, warnings }: VideoSummary) {
      add('done', {
        frames,
        film_s: Number(filmS.toFixed(3)),
        elapsed_ms: Math.round(elapsedMs),
        tiles,
        reused,
        warnings,
      });
      await last;
    },
  };
}
