/** The whole flow, files to files. Arguments: DIRECTORY OPTIONS-AS-JSON */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipe, type PipeOptions } from '../../../src/index.js';

const [directory, options] = process.argv.slice(2);
const out = await mkdtemp(join(tmpdir(), 'srgan-bench-'));
try {
  const startMs = performance.now();
  const summary = await pipe({
    inputs: { kind: 'patterns', patterns: [directory!] },
    out,
    ...(JSON.parse(options ?? '{}') as Partial<PipeOptions>),
  });
  const seconds = (performance.now() - startMs) / 1000;
  const peakRssBytes = process.resourceUsage().maxRSS * 1024;
  const { user, system } = process.cpuUsage();
  const cpuSeconds = (user + system) / 1e6;
  console.log(
    JSON.stringify({ seconds, cpuSeconds, inputMpx: summary.inputPixels / 1e6, peakRssBytes, summary }),
  );
} finally {
  await rm(out, { recursive: true, force: true });
}
