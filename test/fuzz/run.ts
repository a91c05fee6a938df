import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { pipe, type Outcome } from '../../src/index.js';
import { seeded } from '../helpers/random.js';
import { wholeImages } from './images.js';
import { caseAt, type Case } from './mutate.js';

export interface Fuzzed {
  /** Cases by how they ended: a code, or the status. */
  readonly ends: Readonly<Record<string, number>>;
  /** What must not be; one sentence each. */
  readonly wrong: readonly string[];
}

/** With these an image may fail for what is in its file. */
const CODES = new Set(['E_DECODE', 'E_TRUNCATED', 'E_UNSUPPORTED', 'E_TOO_LARGE', 'E_EMPTY', 'E_ENCODE']);

/** Damage must not make of a small file one that takes long. */
const MAX_PIXELS = 100_000;

/**
 * Sends damaged images through one run. The file of a case is in `directory` while it is worked on, for a look
 * at it where the process dies.
 * @param seed the same seed makes the same cases
 */
export async function fuzz(directory: string, cases: number, seed: number): Promise<Fuzzed> {
  const images = await wholeImages();
  const wholes: Buffer[] = [];
  const inFlight = new Map<string, Case>();
  const ends: Record<string, number> = {};
  const wrong: string[] = [];
  const options = { engine: 'resize', scale: 2, threads: 2, maxPixels: MAX_PIXELS } as const;
  await mkdir(path.join(directory, 'in'), { recursive: true });
  for (const { name, bytes } of images) await writeFile(path.join(directory, 'in', name), bytes);
  await pipe({ ...options, inputs: [path.join(directory, 'in')], out: path.join(directory, 'whole') });
  for (const { name } of images) wholes.push(await samplesOf(path.join(directory, 'whole', name)));

  async function* sources() {
    const random = seeded(seed);
    for (let number = 0; number < cases; number += 1) {
      const made = caseAt(images, number, cases, random);
      const file = path.join(directory, `${number}-${images[made.image]!.name}`);
      await writeFile(file, made.bytes);
      inFlight.set(file, made);
      yield file;
    }
  }

  await pipe({
    ...options,
    inputs: { kind: 'iterable', sources: sources() },
    out: path.join(directory, 'out'),
    async onOutcome(outcome) {
      const made = inFlight.get(outcome.src);
      const name = made && images[made.image]!.name;
      const end = outcome.code ?? outcome.status;
      ends[end] = (ends[end] ?? 0) + 1;
      const sentence = made ? await wrongWith(outcome, made) : 'has a second record';
      if (sentence !== undefined) wrong.push(`${name ?? outcome.src}, ${made?.how ?? ''}: ${sentence}`);
      inFlight.delete(outcome.src);
      await rm(outcome.src, { force: true });
    },
  });
  for (const file of inFlight.keys()) wrong.push(`${file} has no record`);
  return { ends, wrong };

  async function wrongWith({ status, code, message = '', dst, warnings }: Outcome, made: Case) {
    if (status === 'failed') {
      if (!CODES.has(code ?? '')) return `${code}: ${message}`;
      return /^[^\n]+\.$/.test(message) ? undefined : `is told as ${message}`;
    }
    if (status !== 'done' || dst === undefined) return `ended as ${status}`;
    const result = await samplesOf(dst).catch((error: unknown) => String(error));
    await rm(dst);
    if (typeof result === 'string') return `its result cannot be read: ${result}`;
    const isWhole = result.equals(wholes[made.image] ?? Buffer.of());
    if (made.isCut && !isWhole && warnings.length === 0) return 'is done without a word, but not whole';
    return undefined;
  }
}

/** All samples of all pages. */
async function samplesOf(file: string): Promise<Buffer> {
  return sharp(await readFile(file), { pages: -1, limitInputPixels: false })
    .raw()
    .toBuffer();
}
