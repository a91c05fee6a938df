import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { spread } from '../../src/flow/measured-runs/timed-run.js';
import { heading, range, table } from './print.js';

const rounds = 11;

/** Time of a whole process, and which heavy modules it had loaded. */
export async function startup(): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), 'srgan-bench-'));
  try {
    const image = join(dir, 'a.png');
    await sharp({ create: { width: 64, height: 64, channels: 3, background: '#468' } })
      .png()
      .toFile(image);
    const arms: [string, string[]][] = [
      ['node -e 0', ['-e', '0']],
      ['srgan --version', ['bin/run.js', '--version']],
      ['srgan --help', ['bin/run.js', '--help']],
      ['srgan pipe --help', ['bin/run.js', 'pipe', '--help']],
      ['srgan pipe, one 64×64 image', ['bin/run.js', 'pipe', image, join(dir, 'out'), '--overwrite', '-q']],
    ];
    const ms = arms.map((): number[] => []);
    for (let round = 0; round < rounds; round++) {
      for (const [i, [name, args]] of arms.entries()) {
        const startMs = performance.now();
        const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
        if (status !== 0) throw new Error(`${name}: exit ${status}\n${stderr}`);
        ms[i]!.push(performance.now() - startMs);
      }
    }
    heading(`start-up, whole process, ${rounds} rounds, median (min..max)`);
    table([
      ['command', 'ms', 'heavy modules loaded'],
      ...arms.map(([name, args], i) => [name, range(spread(ms[i]!), 0), heavy(args)]),
    ]);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/** Packages whose files the main thread opened, seen through the loader's own trace. */
function heavy(args: readonly string[]): string {
  if (args[0] === '-e') return '';
  const { stderr } = spawnSync(process.execPath, args as string[], {
    encoding: 'utf8',
    env: { ...process.env, NODE_DEBUG: 'module,esm' },
    maxBuffer: 1 << 28,
  });
  const packages = ['sharp', 'onnxruntime-node', 'fast-glob', 'p-limit', '@oclif/core'];
  const loaded = packages.filter((name) => stderr.includes(`node_modules/${name}/`));
  return loaded.join(' ') || 'none';
}
