import test from 'ava';
import { refuseUnfinished } from '../../../src/apps/jobs/work.js';

const attempt = (attemptsMade: number) => ({ attemptsMade, opts: { attempts: 3 } });

test('bad images let a shard be done, a defect of ours never does', (t) => {
  t.notThrows(() => refuseUnfinished({ codes: { E_DECODE: 4 } }, attempt(0)));
  for (const made of [0, 1, 2, 9]) {
    t.throws(() => refuseUnfinished({ codes: { E_DECODE: 1, E_INTERNAL: 2 } }, attempt(made)), {
      message: '2 images ended in E_INTERNAL.',
    });
  }
});

test('a full disk is tried again until the last attempt', (t) => {
  t.throws(() => refuseUnfinished({ codes: { E_NOSPC: 2 } }, attempt(0)));
  t.throws(() => refuseUnfinished({ codes: { E_WRITE: 2 } }, attempt(1)));
  t.notThrows(() => refuseUnfinished({ codes: { E_NOSPC: 2 } }, attempt(2)));
});
