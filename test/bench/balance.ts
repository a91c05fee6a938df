import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { writeImages } from '../../src/flow/measured-runs/scene.js';
import type { Summary } from '../../src/index.js';
import { runArm } from './alternate.js';
import { imageDirectory } from './images.js';
import { heading, table } from './print.js';

const THREADS = 2;
const SMALL = { count: 50, side: 256 };

/** How far the end of a batch is from every worker being busy all the time. */
export const balance = () => balanceWith(4096);

/** The same with less to do. */
export const balanceQuick = () => balanceWith(1536);

async function balanceWith(side: number): Promise<void> {
  const directory = await imageDirectory(SMALL.count, SMALL.side, SMALL.side);
  try {
    // sorts before the others
    await writeImages(`${directory}/0-big`, { count: 1, widthPx: side, heightPx: side, seed: 2 });
    const { summary, times, cpuMs } = await runArm({
      name: 'balance',
      script: 'balance',
      args: [directory, String(THREADS)],
    });
    report(side, summary as Summary, times as Record<string, [number, number]>, Number(cpuMs));
  } finally {
    await rm(dirname(directory), { recursive: true, force: true });
  }
}

function report(
  side: number,
  { elapsedMs, workerBusyMs }: Summary,
  times: Record<string, [number, number]>,
  cpuMs: number,
) {
  const seconds = (ms: number) => (ms / 1000).toFixed(2);
  const perWorkerMs = workerBusyMs.reduce((sum, ms) => sum + ms, 0) / workerBusyMs.length;
  const over = elapsedMs / perWorkerMs - 1;
  heading(
    `balance: one image of ${side}×${side} and ${SMALL.count} of ${SMALL.side}×${SMALL.side}, ${THREADS} workers`,
  );
  table([
    ['elapsed (s)', seconds(elapsedMs)],
    ['busy time of all workers / workers (s)', seconds(perWorkerMs)],
    ['elapsed is longer by', `${(100 * over).toFixed(1)} % (${over <= 0.1 ? 'within' : 'NOT within'} 10 %)`],
    ['CPU time in all, codecs included / workers (s)', seconds(cpuMs / THREADS)],
    ...workerBusyMs.map((ms, i) => [`idle time of worker ${i + 1} (s)`, seconds(elapsedMs - ms)]),
    ...Object.entries(times).flatMap(([stage, [from, to]]) =>
      stage === 'release' ? [] : [[`big image, ${stage} (s)`, `${seconds(from)} to ${seconds(to)}`]],
    ),
  ]);
}
