/**
 * Loaded before the program by `node --import`: ends the process by a signal in the middle of a stage's work on a
 * source, as native code that crashes would, as often as it comes there.
 */
import { subscribe } from 'node:diagnostics_channel';
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import process from 'node:process';
import { isMainThread } from 'node:worker_threads';
import type { StageEvent } from '../../src/flow/ticket.js';

export interface Crash {
  readonly index: number;
  readonly stage: StageEvent['stage'];
  readonly signal: NodeJS.Signals;
  /** Crashes of this kind until there is no more; otherwise always. */
  readonly times?: number;
}

const { TEST_CRASHES, TEST_CRASHED = '' } = process.env;

if (TEST_CRASHES !== undefined && isMainThread) {
  const crashes = JSON.parse(TEST_CRASHES) as Crash[];
  subscribe('srgan:stage', (event) => {
    const { stage, phase, index } = event as StageEvent;
    const crash = crashes.find((one) => one.index === index && one.stage === stage && phase === 'begin');
    if (!crash || crashedBefore(index) >= (crash.times ?? Infinity)) return;
    appendFileSync(TEST_CRASHED, `${index}\n`);
    // what abort() does, without its report of many lines
    process.kill(process.pid, crash.signal);
    for (;;);
  });
}

function crashedBefore(index: number): number {
  if (!existsSync(TEST_CRASHED)) return 0;
  const lines = readFileSync(TEST_CRASHED, 'utf8').split('\n');
  return lines.filter((line) => line === String(index)).length;
}
