import { performance } from 'node:perf_hooks';
import { SrganError } from '../../system/errors.js';
import { beginFrom } from './begin-from.js';
import { readCheckpoint, writeCheckpoint, type Judgement, type Progress } from './checkpoint.js';
import { openPatches } from './patches/patch-source.js';
import { planPictures, type PlannedPicture } from './training-pictures.js';
import { shapeOf } from './shape.js';
import { trainSettings, type TrainOptions, type TrainSettings } from './train-settings.js';
import { openTrainer, type Trainer } from './trainer.js';
import { openValidation, scoreOf, type JudgedSet } from './validate.js';
import { writeNetwork, type Provenance } from './write-network.js';

export interface TrainObserver {
  note(sentence: string): void;
  progress(state: TrainState): void;
  judged(judgement: Judgement, sets: readonly JudgedSet[], trainer: Trainer): void;
}

export interface TrainState {
  readonly step: number;
  /** 0..1 */
  readonly share: number;
  /** Of the last steps, in levels of 255. */
  readonly loss: number;
  readonly msPerStep: number;
  /** Share of the time in which the trainer waited for patches. */
  readonly waited: number;
  readonly last: Judgement | undefined;
}

export interface TrainEnd {
  readonly steps: number;
  readonly complete: boolean;
  readonly last: Judgement;
  readonly curve: readonly Judgement[];
}

const WARM_UP_STEPS = 200;
const AVERAGE_DECAY = 0.999;
/** Every 20th picture judges where none are stated. */
const HELD_BACK = 20;
/** After so many steps in a row whose loss is no number or far above the usual one, the last checkpoint is gone back to. */
const MAX_BAD_STEPS = 10;
/** Patches differ: single ones have had three times the usual loss. */
const FAR_ABOVE = 4;
/** A step that took longer was stopped meanwhile, or the machine slept: that is no time spent training. */
const MAX_STEP_MS = 10_000;

/**
 * Trains a network until its end, or until `signal` aborts, which leaves a checkpoint that `resume` continues from
 * to the same end.
 * @throws SrganError E_USAGE, E_NO_INPUT, E_MODEL, E_ENGINE, E_WRITE, E_NOSPC
 */
export async function train(
  options: TrainOptions,
  signal: AbortSignal,
  observer: TrainObserver,
  everyMs = 60_000,
): Promise<TrainEnd> {
  const settings = await trainSettings(options);
  const shape = shapeOf(settings.size, settings.scale);
  const start = options.from === undefined ? undefined : await beginFrom(options.from, shape, settings.seed);
  const trainer = openTrainer(shape, { ...settings, ...(start && { start }) });
  const { pictures, judges } = await choosePictures(options, settings, signal, observer);
  const sets = await openValidation(judges, settings.degrade, settings.scale, signal);
  const task = taskOf(settings, options, pictures);
  const checkpoint = `${options.out}.checkpoint`;

  let progress: Progress = { task, step: 0, ms: 0, rateShare: 1, curve: [] };
  if (options.resume) {
    const saved = await readCheckpoint(checkpoint);
    if (saved.progress.task !== task) {
      throw new SrganError('E_USAGE', `${checkpoint}: is of a training with other options or pictures.`, {
        hint: 'Give the same options and pictures, or leave --resume out to begin anew.',
      });
    }
    trainer.restore(saved.weights);
    ({ progress } = saved);
  }

  const about = (last: Judgement): Provenance => ({
    settings,
    pictures: new Set(pictures.map(({ path }) => path)).size,
    megapixels: pictures.reduce((sum, { widthPx, heightPx }) => sum + widthPx * heightPx, 0) / 1e6,
    validated: sets[0]?.pictures.length ?? 0,
    from: options.from,
    last,
  });
  const { pictures: count, megapixels, validated } = about({ step: 0, ms: 0, loss: NaN, scores: [] });
  observer.note(
    `Training on ${count} pictures (${megapixels.toFixed(1)} Mpx), judging by ${validated}; lanczos3: ${sets
      .map(({ name, pictures }) => `${name} ${mean(pictures.map(({ plainDb }) => plainDb)).toFixed(2)} dB`)
      .join(', ')}.`,
  );
  const loop = openLoop(trainer, settings, pictures, progress);
  try {
    for (;;) {
      const ended = await loop.run(everyMs, signal, (state) =>
        observer.progress({ ...state, last: progress.curve.at(-1) }),
      );
      const { step, ms, loss, rateShare } = loop.state();
      const last: Judgement = { step, ms, loss, scores: sets.map((set) => scoreOf(set, trainer)) };
      progress = { task, step, ms, rateShare, curve: [...progress.curve, last] };
      await writeCheckpoint(checkpoint, progress, trainer.save());
      await writeNetwork(options.out, trainer, about(last));
      observer.judged(last, sets, trainer);
      if (ended || signal.aborted) return { steps: step, complete: ended, last, curve: progress.curve };
    }
  } finally {
    await loop.close();
  }
}

const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Steps one after the other, from where the checkpoint stands. */
function openLoop(
  trainer: Trainer,
  settings: TrainSettings,
  pictures: readonly PlannedPicture[],
  from: Progress,
) {
  const { batch, sidePx, batchesPerChunk, scale, degrade, seed, rate, endRate } = settings;
  const patches = openPatches({
    pictures,
    maxBytes: settings.maxPictureBytes,
    settings: { degradation: degrade, factor: scale, sidePx, patchesPerChunk: batch * batchesPerChunk, seed },
  });
  const values = batch * sidePx * sidePx * 3;
  const small = new Float32Array(values);
  const large = new Float32Array(values * scale * scale);
  const begun = { step: from.step, ms: from.ms };
  let { step, ms, rateShare } = from;
  let [loss, waitedMs, bad] = [from.curve.at(-1)?.loss ?? NaN, 0, 0];
  let good = trainer.save();

  const share = () =>
    settings.steps === undefined ? ms / ((settings.hours ?? 1) * 3_600_000) : step / settings.steps;

  async function load(): Promise<void> {
    const chunk = await patches.take(Math.floor(step / batchesPerChunk));
    const at = (step % batchesPerChunk) * batch * sidePx * sidePx * 3;
    for (let i = 0; i < small.length; i++) small[i] = (chunk.small[at + i] ?? 0) / 255;
    const from = at * scale * scale;
    for (let i = 0; i < large.length; i++) large[i] = (chunk.large[from + i] ?? 0) / 255;
  }

  return {
    state: () => ({ step, ms, loss, rateShare }),
    close: () => patches.close(),
    /** @returns whether the training is complete */
    async run(
      forMs: number,
      signal: AbortSignal,
      tell: (state: Omit<TrainState, 'last'>) => void,
    ): Promise<boolean> {
      const endMs = ms + forMs;
      good = trainer.save();
      while (share() < 1 && ms < endMs && !signal.aborted) {
        const startMs = performance.now();
        await load();
        waitedMs += performance.now() - startMs;
        const schedule = { peak: rate * rateShare, end: endRate, warmUpSteps: WARM_UP_STEPS };
        const decay = Math.min(AVERAGE_DECAY, (step + 1) / (step + 10));
        const now = await trainer.step(small, large, batch, {
          rate: learningRate(schedule, step, share()),
          decay,
        });
        step += 1;
        ms += Math.min(MAX_STEP_MS, performance.now() - startMs);
        const levels = now * 255;
        if (Number.isNaN(loss) ? Number.isFinite(levels) : levels <= FAR_ABOVE * loss) {
          bad = 0;
          loss = Number.isNaN(loss) ? levels : 0.99 * loss + 0.01 * levels;
        } else if ((bad += 1) >= MAX_BAD_STEPS) {
          trainer.restore(good);
          [bad, rateShare] = [0, rateShare / 2];
        }
        const done = Math.max(1, step - begun.step);
        const spent = Math.max(1, ms - begun.ms);
        tell({ step, share: share(), loss, msPerStep: spent / done, waited: waitedMs / spent });
      }
      return share() >= 1;
    },
  };
}

async function choosePictures(
  { pictures: patterns, validate }: TrainOptions,
  { scale, sidePx }: TrainSettings,
  signal: AbortSignal,
  observer: TrainObserver,
): Promise<{ pictures: PlannedPicture[]; judges: string[] }> {
  const planned = await planPictures(patterns, {
    shrink: true,
    leastPx: (sidePx + 8) * scale,
    multiple: scale,
    signal,
    onBad: ({ message }) => observer.note(message),
  });
  const paths = [...new Set(planned.map(({ path }) => path))];
  if (paths.length === 0) {
    throw new SrganError('E_NO_INPUT', 'No picture is large enough to be trained on.', {
      hint: `Both sides need ${(sidePx + 8) * scale} px.`,
    });
  }
  if (validate !== undefined) return { pictures: planned, judges: [validate] };
  const judges = paths.filter((_, i) => i % HELD_BACK === 0);
  const held = new Set(paths.length > 1 ? judges : []);
  if (paths.length === 1) observer.note('The only picture both teaches and judges: the figures say little.');
  return { pictures: planned.filter(({ path }) => !held.has(path)), judges };
}

/** Where a resumed training must be the same one. */
function taskOf(
  settings: TrainSettings,
  { from }: TrainOptions,
  pictures: readonly PlannedPicture[],
): string {
  // the result is the same for any number of threads
  return JSON.stringify({
    ...settings,
    threads: undefined,
    from,
    pictures: pictures.map(({ path }) => path),
  });
}

/** How fast is learned at a point of the training. */
interface Schedule {
  readonly peak: number;
  readonly end: number;
  readonly warmUpSteps: number;
}

/**
 * Rises linearly over the first steps, then falls along half a cosine.
 * @param progress 0 at the begin, 1 at the end
 */
function learningRate({ peak, end, warmUpSteps }: Schedule, step: number, progress: number): number {
  const warm = Math.min(1, (step + 1) / warmUpSteps);
  const fallen = 0.5 * (1 + Math.cos(Math.PI * Math.min(1, progress)));
  return warm * (end + (peak - end) * fallen);
}
