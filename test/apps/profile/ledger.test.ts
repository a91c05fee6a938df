import test from 'ava';
import { openLedger } from '../../../src/apps/profile/ledger.js';
import type { StageEvent } from '../../../src/flow/ticket.js';

const NONE = { plan: 0, decode: 0, upscale: 0, encode: 0, write: 0 };

test('an image is in flight from decode to its release, and in a stage while that works on it', (t) => {
  const ledger = openLedger();
  const tell = (stage: StageEvent['stage'], phase: StageEvent['phase'], index: number) =>
    ledger.note({ stage, phase, index });
  tell('plan', 'begin', 0);
  t.deepEqual(ledger.occupation(), { inFlight: 0, ended: 0, stages: { ...NONE, plan: 1 } });
  tell('plan', 'end', 0);
  tell('decode', 'begin', 0);
  tell('decode', 'begin', 1);
  t.deepEqual(ledger.occupation(), { inFlight: 2, ended: 0, stages: { ...NONE, decode: 2 } });
  tell('decode', 'end', 0);
  t.deepEqual(ledger.occupation(), { inFlight: 2, ended: 0, stages: { ...NONE, decode: 1 } });
  tell('release', 'end', 0);
  tell('decode', 'end', 1);
  tell('release', 'end', 1);
  t.deepEqual(ledger.occupation(), { inFlight: 0, ended: 2, stages: NONE });
});

test('a stage that refuses a source ends without having begun', (t) => {
  const ledger = openLedger();
  ledger.note({ stage: 'encode', phase: 'end', index: 5 });
  ledger.note({ stage: 'release', phase: 'end', index: 5 });
  t.deepEqual(ledger.occupation(), { inFlight: 0, ended: 1, stages: NONE });
});
