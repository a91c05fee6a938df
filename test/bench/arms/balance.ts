/** The whole flow, files to files, with when each stage worked on the big image. Arguments: DIRECTORY THREADS */
import { subscribe } from 'node:diagnostics_channel';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipe } from '../../../src/index.js';
import { stageEvents, type StageEvent } from '../../../src/flow/ticket.js';

const [directory, threads] = process.argv.slice(2);
const out = await mkdtemp(join(tmpdir(), 'srgan-bench-'));
try {
  const startMs = performance.now();
  const startCpu = process.cpuUsage();
  const times: Record<string, number[]> = {};
  // the big image is the first source
  subscribe(stageEvents.name, (message) => {
    const { stage, index } = message as StageEvent;
    if (index === 0) (times[stage] ??= []).push(performance.now() - startMs);
  });
  const summary = await pipe({ inputs: [directory!], out, threads: Number(threads) });
  const { user, system } = process.cpuUsage(startCpu);
  console.log(
    JSON.stringify({
      seconds: summary.elapsedMs / 1000,
      inputMpx: summary.inputPixels / 1e6,
      peakRssBytes: summary.peakRssBytes,
      times,
      cpuMs: (user + system) / 1000,
      summary,
    }),
  );
} finally {
  await rm(out, { recursive: true, force: true });
}
