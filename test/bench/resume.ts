import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { SourceLine, WritingLine } from '../../src/flow/journal/journal-lines.js';
import { writeImages } from '../../src/flow/measured-runs/scene.js';
import { heading, table } from './print.js';

/**
 * How long a run that takes up a journal needs to its first image, and what it holds: SRGAN_BENCH_ENTRIES
 * results in it, otherwise 1,000,000. A tenth of them shows whether memory grows with their number.
 */
export async function resume(): Promise<void> {
  const most = Number(process.env.SRGAN_BENCH_ENTRIES ?? 1_000_000);
  const rows = [['entries in the journal', 'journal MB', 's to the first image', 'peak RSS MB']];
  for (const entries of [1, most / 10, most]) {
    const directory = await mkdtemp(join(tmpdir(), 'srgan-bench-'));
    try {
      await writeImages(join(directory, 'in'), { count: 2, widthPx: 16, heightPx: 16, seed: 1 });
      await start(directory, ['--limit', '1']);
      await grow(join(directory, 'journal'), entries);
      const { size } = await stat(join(directory, 'journal'));
      const { firstMs, peakRssBytes } = await start(directory, ['--resume']);
      rows.push([
        entries.toLocaleString('en'),
        (size / 1e6).toFixed(1),
        (firstMs / 1000).toFixed(2),
        (peakRssBytes / 1e6).toFixed(0),
      ]);
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  }
  heading('a journal that is taken up, resize engine');
  table(rows);
}

/** The journal of one image as a run wrote it, with the lines of others in the same form behind those of its own. */
async function grow(journal: string, entries: number): Promise<void> {
  const [batch, ...lines] = (await readFile(journal, 'utf8')).trim().split('\n');
  const parsed = lines.map((line) => JSON.parse(line) as WritingLine | SourceLine | { kind: 'end' });
  const writing = parsed.find((line): line is WritingLine => line.kind === 'writing')!;
  const source = parsed.find((line): line is SourceLine => line.kind === 'source')!;
  const stream = createWriteStream(journal);
  stream.write(`${batch}\n${lines.slice(0, -1).join('\n')}\n`);
  for (let index = 1; index < entries; index++) {
    const name = `scan-${String(index).padStart(7, '0')}.png`;
    const key = createHash('sha256').update(name).digest('hex');
    const dst = `${index % 1000}/${name}`;
    const src = join(journal, '..', 'in', dst);
    const text =
      `${JSON.stringify({ ...writing, key, dst, sha256: key })}\n` +
      `${JSON.stringify({ ...source, index, src, dst, key, sha256: key })}\n`;
    if (!stream.write(text)) await once(stream, 'drain');
  }
  stream.end(`${lines.at(-1)}\n`);
  await once(stream, 'close');
}

interface Started {
  /** To the record of the first image that is done. */
  readonly firstMs: number;
  readonly peakRssBytes: number;
}

async function start(cwd: string, flags: readonly string[]): Promise<Started> {
  const startMs = performance.now();
  const bin = join(process.cwd(), 'bin/run.js');
  const args = ['pipe', 'in', 'out', '--engine', 'resize', '--journal', 'journal', '--ndjson-out', ...flags];
  const child = spawn(process.execPath, [bin, ...args], {
    cwd,
    env: { ...process.env, SRGAN_SUPERVISE: 'no' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  let firstMs: number | undefined;
  for await (const line of createInterface(child.stdout)) {
    if (line.includes('"status":"done"')) firstMs ??= performance.now() - startMs;
  }
  const [, peak, unit] = /peak memory ([\d.]+) (MiB|GiB)/.exec(said) ?? [];
  if (firstMs === undefined || peak === undefined) throw new Error(`no image was done: ${said}`);
  return { firstMs, peakRssBytes: Number(peak) * (unit === 'GiB' ? 2 ** 30 : 2 ** 20) };
}
