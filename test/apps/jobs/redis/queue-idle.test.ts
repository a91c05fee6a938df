import test from 'ava';
import { whenEmpty } from '../../../../src/apps/jobs/redis/queue-idle.js';
import type { OpenQueue } from '../../../../src/apps/jobs/redis/queue.js';

type Answer = Error | { waiting?: number; delayed?: number; active?: number };

/** A queue that gives these answers in turn, the last one for ever. */
function queueOf(answers: Answer[], paused = false) {
  let asked = 0;
  const queue = {
    getJobCounts: () => {
      const answer = answers[Math.min(asked++, answers.length - 1)]!;
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    },
    isPaused: () => Promise.resolve(paused),
  };
  return { open: { queue } as unknown as OpenQueue, asked: () => asked };
}

const never = new AbortController().signal;

test('it ends when nothing waits, is delayed or in progress, and not before', async (t) => {
  const { open, asked } = queueOf([{ waiting: 2 }, { delayed: 1 }, { active: 1 }, {}]);
  await whenEmpty(open, never, 0);
  t.is(asked(), 4);
});

test('a paused queue ends it once nothing is in progress', async (t) => {
  const { open, asked } = queueOf([{ waiting: 5, active: 1 }, { waiting: 5 }], true);
  await whenEmpty(open, never, 0);
  t.is(asked(), 2);
});

test('an error reply is waited out; one that stays is thrown', async (t) => {
  const busy = new Error('BUSY Redis is busy running a script');
  const passing = queueOf([busy, busy, {}]);
  await whenEmpty(passing.open, never, 0);
  t.is(passing.asked(), 3);
  await t.throwsAsync(whenEmpty(queueOf([busy]).open, never, 0), { is: busy });
});

test('an abort ends it', async (t) => {
  const stop = new AbortController();
  const waiting = whenEmpty(queueOf([{ active: 1 }]).open, stop.signal, 0);
  stop.abort();
  await t.notThrowsAsync(waiting);
});
