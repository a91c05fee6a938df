import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import sharp from 'sharp';
import { pipe, type Outcome } from '../../src/index.js';
import { stageBounds } from '../../src/flow/open-run.js';
import type { StageEvent } from '../../src/flow/ticket.js';

const sources = 2000;
const threads = 2;
const bounds = stageBounds({ threads, sequential: false });
/** With the sink at a standstill; while it moves, each place in write may hold one more. */
const heldBack = bounds.decode + bounds.upscale + bounds.encode;

test.serial('a slow sink holds back the source: what is decoded stays at the bound', async (t) => {
  const dir = await mkdtemp(join(tmpdir(), 'srgan-test-'));
  t.teardown(() => rm(dir, { recursive: true, force: true }));
  const image = join(dir, 'a.png');
  await sharp({ create: { width: 8, height: 8, channels: 3, background: '#936' } })
    .png()
    .toFile(image);

  let pulled = 0;
  function* list() {
    while (pulled < sources) yield { src: image, dst: `${pulled++}.png` };
  }

  const decoded = new Set<number>();
  let mostDecoded = 0;
  let mostPulledAhead = 0;
  let recorded = 0;
  let written = 0;
  let atStandstill = 0;
  let reached: (() => void) | undefined;
  const full = new Promise<void>((resolve) => (reached = resolve));
  const watch = (message: unknown) => {
    const { stage, phase, index } = message as StageEvent;
    if (stage === 'decode' && phase === 'begin') decoded.add(index);
    if (stage === 'release') decoded.delete(index);
    if (stage === 'write' && phase === 'end') written++;
    mostDecoded = Math.max(mostDecoded, decoded.size);
    mostPulledAhead = Math.max(mostPulledAhead, pulled - recorded);
    if (decoded.size >= heldBack && written >= bounds.write) reached?.();
  };
  subscribe('srgan:stage', watch);
  t.teardown(() => unsubscribe('srgan:stage', watch));

  const outcomes: Outcome[] = [];
  const summary = await pipe({
    inputs: { kind: 'iterable', sources: list() },
    out: join(dir, 'out'),
    engine: 'resize',
    threads,
    onOutcome: async (outcome) => {
      outcomes.push(outcome);
      recorded++;
      if (recorded > 1) return;
      await full;
      // real work in the pool that decoders use: whatever was not held back would run ahead meanwhile
      for (let i = 0; i < 200; i++) await sharp(image).resize(64).raw().toBuffer();
      atStandstill = decoded.size;
    },
  });

  t.is(atStandstill, heldBack);
  t.true(mostDecoded <= heldBack + bounds.write, `${mostDecoded} images were decoded at a time`);
  t.true(
    mostPulledAhead <= heldBack + bounds.write + bounds.plan + 2,
    `${mostPulledAhead} sources were pulled ahead`,
  );
  t.is(summary.counts.done, sources);
  t.is(new Set(outcomes.map(({ index }) => index)).size, sources);
  t.is((await readdir(join(dir, 'out'))).length, sources);
});
