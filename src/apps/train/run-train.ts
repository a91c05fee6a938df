import { openInterrupts } from '../../system/signals.js';
import { openStepProgress } from '../../report/human.js';
import { logLevel } from '../../command-line/log-level.js';
import { print } from '../../command-line/output.js';
import { SrganError } from '../../system/errors.js';
import type { Judgement } from './checkpoint.js';
import { train, type TrainObserver, type TrainState } from './train.js';
import type { TrainFlags } from './train-flags.js';
import { openTrainPage } from './train-page.js';
import { signed } from './write-network.js';

const LINE_EVERY_MS = 1000;

/**
 * Trains a network between the process's standard streams and signals.
 * @returns the exit status
 */
export async function runTrain(pictures: readonly string[], flags: TrainFlags): Promise<number> {
  const { stderr, env } = process;
  const log = logLevel(flags, stderr, env);
  const lines = openStepProgress({ ...log, stream: stderr });
  const interrupts = openInterrupts(() => lines.note('Stopping after this step; --resume continues.'));
  const page = flags.html === undefined ? undefined : openTrainPage(`Training ${flags.out}`);
  let saved = Promise.resolve();
  let told = 0;
  const observer: TrainObserver = {
    note: (sentence) => {
      if (log.level !== 'quiet') lines.note(sentence);
    },
    progress(state) {
      if (!log.live || Date.now() - told < LINE_EVERY_MS) return;
      told = Date.now();
      lines.step(progressLine(state));
    },
    judged(judgement, sets, trainer) {
      if (log.level !== 'quiet') lines.note(judgementLine(judgement));
      const { html } = flags;
      if (page && html !== undefined) {
        saved = saved.then(() => page.add(judgement, sets, trainer)).then(() => page.save(html));
        // told at the end, where it is waited for
        saved.catch(() => undefined);
      }
    },
  };
  try {
    const options = { ...flags, pictures, maxMemory: flags['max-memory'] };
    const { complete, last, steps } = await train(options, interrupts.drain, observer);
    await saved;
    lines.close();
    if (flags.json)
      await print(`${JSON.stringify({ out: flags.out, steps, complete, ...last }, undefined, 2)}\n`);
    else await print(`${flags.out}\n`);
    return interrupts.exitStatus ?? 0;
  } catch (error) {
    lines.close();
    if (interrupts.exitStatus !== undefined && isAbort(error)) return interrupts.exitStatus;
    throw error;
  } finally {
    interrupts.dispose();
  }
}

const isAbort = (error: unknown) =>
  (error instanceof SrganError && error.code === 'E_CANCELLED') ||
  (error instanceof Error && error.name === 'AbortError');

/** `step 12400, 41 %, loss 2.71, clean +2.91 dB, 38 ms a step, 9 min left` */
export function progressLine({ step, share, loss, msPerStep, last }: TrainState): string {
  const left = share > 0 ? ((step * msPerStep) / share) * (1 - share) : NaN;
  const parts = [
    `step ${step}`,
    `${Math.floor(100 * share)} %`,
    `loss ${loss.toFixed(2)}`,
    ...(last?.scores.map(({ name, gainDb }) => `${name} ${signed(gainDb)}`) ?? []),
    `${msPerStep.toFixed(0)} ms a step`,
    ...(Number.isFinite(left) ? [`${duration(left)} left`] : []),
  ];
  return parts.join(', ');
}

/** `step 20000, 14.2 min, loss 2.655: clean 38.46 dB, +2.97 dB over lanczos3, least +1.20 dB` */
export function judgementLine({ step, ms, loss, scores }: Judgement): string {
  const figures = scores.map(
    ({ name, psnrDb, gainDb, leastDb }) =>
      `${name} ${psnrDb.toFixed(2)} dB, ${signed(gainDb)} over lanczos3, least ${signed(leastDb)}`,
  );
  return `step ${step}, ${(ms / 60_000).toFixed(1)} min, loss ${loss.toFixed(3)}: ${figures.join('; ')}`;
}

function duration(ms: number): string {
  const minutes = ms / 60_000;
  return minutes < 90 ? `${Math.ceil(minutes)} min` : `${(minutes / 60).toFixed(1)} h`;
}
