import { createHash } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { basename, dirname, join } from 'node:path';
import { SrganError } from '../../system/errors.js';
import { rename, rm, stat, pathExists } from '../../system/files/fs.js';
import { makeDirectory, writeFailure } from '../../system/files/write-files.js';
import { untrackTempPath, trackTempPath, tempName } from '../../system/files/temp-files.js';
import { openMachinery, type Machinery } from '../../flow/machinery.js';
import { resolveOptions } from '../../flow/settings.js';
import type { Settings } from '../../contract/options.js';
import { openTileMemory } from '../../network/workers/reuse.js';
import { enlargeFrames } from './enlarge-frames.js';
import {
  carryingOf,
  checkContainer,
  containerOf,
  formatToEncode,
  type Container,
} from './ffmpeg/film-container.js';
import { decodeFrames, depthOf } from './ffmpeg/decode-frames.js';
import { joinSegments } from './ffmpeg/join-segments.js';
import { encoderArgs, readOutputArgs, type OutputArgs } from './ffmpeg/output-args.js';
import { probeFilm } from './film/probe-film.js';
import { readY4mHeader } from './film/y4m.js';
import { planVideo, type VideoPlan } from './plan-video.js';
import { writeSegments } from './segments/write-segments.js';
import { segmentFile } from './segments/video-journal.js';
import { openWorkDirectory } from './segments/work-directory.js';
import { steadyFrames } from './steady-frames.js';
import { streamFrames } from './stream-frames.js';
import {
  STDIO,
  type FramesInWork,
  type VideoJob,
  type VideoOptions,
  type VideoSummary,
} from './video-options.js';

/**
 * Enlarges a film, or a stream of frames.
 * @throws SrganError E_USAGE, E_MODEL, E_ENGINE and what can be wrong with a film or a result
 */
export async function enlargeFilm(options: VideoOptions): Promise<VideoSummary> {
  const { from, to, signal, on, stdin, deinterlace } = options;
  const args = readOutputArgs(options.outputArgs);
  const container = to === STDIO ? undefined : containerOf(to);
  if (to !== STDIO) await checkTarget(options);
  const film = from === STDIO ? await readY4mHeader(stdin) : await probeFilm(from, signal);
  const settings = await resolveOptions({ ...options.pipe, inputs: [from] });
  const machinery = await openMachinery(
    settings,
    (text) => on.note(text),
    (text) => on.detail(text),
  );
  try {
    const encodedAs = container
      ? formatToEncode(film, container, args)
      : (args.pixelFormat ?? formatToEncode(film, containerOf('film.nut'), args));
    const plan = await planVideo(film, settings, machinery.networks, { deinterlace, encodedAs });
    if (plan.because !== undefined) on.detail(`${plan.model}, since the film is ${plan.because}.`);
    if (film.pixelFormat.alpha) on.note('The film is partly transparent, which is not carried over.');
    const encode = {
      film,
      widthPx: plan.widthPx,
      heightPx: plan.heightPx,
      pixelFormat: encodedAs,
      codec: encoderArgs(container?.codec ?? [], args),
    };
    const job = { options, film, plan, encode };
    return container
      ? await toFile(job, machinery, settings, container, args)
      : await streamFrames(job, framesOf(job, machinery, settings, 0));
  } finally {
    await machinery.close();
  }
}

async function toFile(
  job: VideoJob,
  machinery: Machinery,
  settings: Settings,
  container: Container,
  args: OutputArgs,
): Promise<VideoSummary> {
  const { options, film, plan } = job;
  const { to, signal, on } = options;
  const carrying = carryingOf(film, container, to);
  carrying.notes.forEach((sentence) => on.note(sentence));
  await checkContainer(film, container, carrying, args, signal);
  const identity = await machinery.check(plan.model);
  const key = await keyOf(job, settings, identity, args);
  const work = await openWorkDirectory(to, key, options);
  const startMs = performance.now();
  let keep = work.segments.length > 0;
  try {
    const resumed = work.segments.reduce((sum, { frames }) => sum + frames, 0);
    on.begun({ film, ...sizeOf(plan), model: plan.model, resumed });
    const frames = framesOf(job, machinery, settings, resumed);
    const written = await writeSegments(job, work, frames.enlarged, (segment) => {
      keep = true;
      on.segment(segment);
    });
    if (written.frames === 0) {
      throw new SrganError('E_DECODE', `${film.path}: has no picture that can be decoded.`);
    }
    on.joining();
    await intoPlace(to, (partial) =>
      joinSegments(
        {
          film,
          container,
          carrying,
          args,
          segments: written.segments.map(({ segment }) => segmentFile(work.path, segment)),
          aheadS: written.aheadS,
          to: partial,
        },
        signal,
      ),
    );
    keep = false;
    return {
      frames: written.frames,
      resumed,
      filmS: written.filmS,
      elapsedMs: performance.now() - startMs,
      ...sizeOf(plan),
      ...frames.tiles(written.frames - resumed),
      warnings: frames.warnings,
      readerGone: false,
    };
  } finally {
    if (!keep) await work.remove().catch(() => undefined);
  }
}

const sizeOf = ({ widthPx, heightPx }: VideoPlan) => ({ widthPx, heightPx });

/**
 * Smaller than is best for a picture of its own: a tenth more work where everything moves, and far more that can be
 * taken over where little does. It is the same with and without reuse, for the same bytes.
 */
const TILE_PX = 64;

/** @param skip frames that are there already */
function framesOf(
  { options, film, plan }: VideoJob,
  machinery: Machinery,
  settings: Settings,
  skip: number,
): FramesInWork {
  const { signal, deinterlace, reuse, reuseWithin, from, stdin, on } = options;
  const warnings: string[] = [];
  const onWarning = (sentence: string) => {
    if (warnings.includes(sentence)) return;
    warnings.push(sentence);
    on.note(sentence);
  };
  const factor = plan.passes.reduce((product, pass) => product * pass.factor, 1);
  const frameBytes = (3 * film.widthPx * film.heightPx * depthOf(film)) / 8;
  const bothBytes = frameBytes * (1 + factor ** 2);
  const memory = reuse ? openTileMemory(rememberedBytes(bothBytes, settings)) : undefined;
  let held = 0;
  const { buffers } = machinery;
  // what is shown of a block may come from any frame before
  const steadies = reuse && reuseWithin > 0;
  const decoded = decodeFrames(film, {
    skip: steadies ? 0 : skip,
    deinterlace,
    buffers,
    signal,
    ...(from === STDIO && { stdin }),
    onDamage: onWarning,
  });
  const frames = steadies ? steadyFrames(decoded, reuseWithin, skip, buffers) : decoded;
  const enlarged = enlargeFrames(frames, machinery, {
    passes: plan.passes,
    tta: settings.tta,
    verify: settings.verify,
    tilePx: settings.tile ?? machinery.tilePx ?? TILE_PX,
    inFlight: Math.max(1, Math.min(settings.threads + 2, Math.floor(settings.maxMemory / bothBytes))),
    memory,
    signal,
    onWarning,
    onHeld: () => (held += 1),
  });
  return {
    enlarged,
    warnings,
    tiles(count) {
      if (!memory) return { tiles: machinery.tiles.stats.tiles, reused: 0 };
      const { tiles, reused } = memory.stats;
      // each frame has as many
      const ofHeld = held * Math.round(tiles / Math.max(1, count - held));
      return { tiles: tiles + ofHeld, reused: reused + ofHeld };
    },
  };
}

/** A few frames, since drawn films show the same few again; never more than a part of what a run may hold. */
function rememberedBytes(frameBytes: number, { maxMemory }: Settings): number {
  return Math.min(maxMemory / 2, Math.max(64 * 2 ** 20, 3 * frameBytes));
}

async function checkTarget({ from, to, overwrite }: VideoOptions): Promise<void> {
  const found = await stat(to).catch(() => undefined);
  if (found?.isDirectory()) {
    throw new SrganError('E_USAGE', `${to}: is a directory, but the result needs the name of a file.`);
  }
  const source = await stat(from).catch(() => undefined);
  if (found && source && found.ino === source.ino && found.dev === source.dev) {
    throw new SrganError('E_OVERWRITE_INPUT', `${to}: the result would replace the film itself.`);
  }
  if (found && !overwrite) {
    throw new SrganError('E_EXISTS', `${to}: is there already.`, { hint: 'Take --overwrite to replace it.' });
  }
  if (!(await pathExists(dirname(to)))) {
    await makeDirectory(dirname(to)).catch((cause: unknown) => {
      throw writeFailure(to, cause);
    });
  }
}

/** Writes beside the name and then renames, so that nobody sees half a film. */
async function intoPlace(to: string, write: (partial: string) => Promise<void>): Promise<void> {
  const partial = join(dirname(to), tempName(basename(to)));
  trackTempPath(partial);
  try {
    await write(partial);
    await rename(partial, to).catch((cause: unknown) => {
      throw writeFailure(to, cause);
    });
  } finally {
    await rm(partial, { force: true }).catch(() => undefined);
    untrackTempPath(partial);
  }
}

/** Names all that the bytes of the segments depend on. */
async function keyOf(
  { film, encode, plan, options }: VideoJob,
  settings: Settings,
  network: string,
  { encode: encodeArgs }: OutputArgs,
): Promise<string> {
  const source =
    film.path === STDIO ? {} : await stat(film.path).then(({ size, mtimeMs }) => ({ size, mtimeMs }));
  const { engine, device, tta, fold, tile } = settings;
  const how = [film, source, network, plan.passes, encode, encodeArgs, { engine, device, tta, fold, tile }];
  const within = options.reuse ? options.reuseWithin : 0;
  const rest = [options.deinterlace, options.segmentFrames, within];
  return createHash('sha256')
    .update(JSON.stringify([how, rest]))
    .digest('hex');
}
