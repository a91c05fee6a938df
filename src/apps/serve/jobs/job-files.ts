import path from 'node:path';
import type { Outcome } from '../../../contract/job.js';
import { readLines } from '../../../flow/journal/read.js';
import {
  appendFileSync,
  mkdir,
  readdir,
  readFile,
  rename,
  stat,
  writeFile,
} from '../../../system/files/fs.js';
import type { ImageOptions } from '../image-options.js';

/** What a client asked for, as it is kept in the directory of the job. */
export interface JobManifest {
  readonly id: string;
  readonly client: string;
  /** ISO 8601. */
  readonly at: string;
  readonly options: ImageOptions;
  readonly files: readonly JobSource[];
}

export interface JobSource {
  /** As the client calls it. */
  readonly name: string;
  /** Where it is to be fetched from; otherwise it was sent. */
  readonly url?: string;
}

/** What became of one image of a job. */
export type JobResult = Pick<
  Outcome,
  | 'code'
  | 'message'
  | 'hint'
  | 'reason'
  | 'inputWidthPx'
  | 'inputHeightPx'
  | 'outputWidthPx'
  | 'outputHeightPx'
  | 'outputBytes'
> & {
  /** From 0 on, in the order in which the client named them. */
  readonly n: number;
  readonly status: 'done' | 'copied' | 'skipped' | 'failed';
  /** Name of the file in the directory of results. */
  readonly file?: string;
  readonly warnings: readonly string[];
};

const SOURCES = 'in';
const RESULTS = 'out';
const MANIFEST = 'job.json';
const BEGUN = 'begun';

/** The files of a job. Its manifest comes last, so that a job without one was never accepted. */
export interface JobFiles {
  readonly directory: string;
  readonly sources: string;
  readonly results: string;
  readonly journal: string;
  source(n: number): string;
  /** Notes that an image is about to be worked on: of a process that dies, it may be the cause. */
  noteBegun(n: number): void;
}

export function jobFiles(directory: string): JobFiles {
  const sources = path.join(directory, SOURCES);
  return {
    directory,
    sources,
    results: path.join(directory, RESULTS),
    journal: path.join(directory, 'journal.ndjson'),
    source: (n) => path.join(sources, String(n).padStart(5, '0')),
    noteBegun: (n) => appendFileSync(path.join(directory, BEGUN), `${n}\n`),
  };
}

export async function makeJobFiles(directory: string): Promise<JobFiles> {
  const files = jobFiles(directory);
  await mkdir(directory, { mode: 0o700 });
  await mkdir(files.sources);
  await mkdir(files.results);
  return files;
}

export async function writeManifest({ directory }: JobFiles, manifest: JobManifest): Promise<void> {
  const file = path.join(directory, MANIFEST);
  await writeFile(`${file}.new`, JSON.stringify(manifest), { mode: 0o600, flush: true });
  await rename(`${file}.new`, file);
}

/** @returns undefined where the job was never accepted */
export async function readManifest({ directory }: JobFiles): Promise<JobManifest | undefined> {
  try {
    return JSON.parse(await readFile(path.join(directory, MANIFEST), 'utf8')) as JobManifest;
  } catch {
    return undefined;
  }
}

/** What the journal tells of the images of a job that have ended, in the order in which they did. */
export async function readResults({ journal }: JobFiles): Promise<JobResult[]> {
  const results = new Map<number, JobResult>();
  try {
    for await (const lines of readLines(journal)) {
      for (const line of lines) {
        if (line.kind !== 'source') continue;
        const result = resultOf({ ...line, warnings: line.warnings ?? [] });
        if (result) results.set(result.n, result);
      }
    }
  } catch {
    // none was begun
  }
  return [...results.values()];
}

/** How often each image was begun, by processes of which some may have died of it. */
export async function readBegun({ directory }: JobFiles): Promise<Map<number, number>> {
  const begun = new Map<number, number>();
  const text = await readFile(path.join(directory, BEGUN), 'utf8').catch(() => '');
  for (const line of text.split('\n')) {
    if (/^\d+$/.test(line)) begun.set(Number(line), (begun.get(Number(line)) ?? 0) + 1);
  }
  return begun;
}

/** @returns undefined of an image that has not ended, since the run was stopped before */
export function resultOf(outcome: Omit<Outcome, 'index' | 'extra' | 'ms'>): JobResult | undefined {
  const { status, src, dst, code, message, hint, reason, warnings } = outcome;
  if (status === 'planned' || status === 'cancelled') return undefined;
  const { inputWidthPx, inputHeightPx, outputWidthPx, outputHeightPx, outputBytes } = outcome;
  const sizes = { inputWidthPx, inputHeightPx, outputWidthPx, outputHeightPx, outputBytes };
  const isThere = dst !== undefined && (status === 'done' || status === 'copied');
  const file = isThere ? { file: path.basename(dst) } : {};
  return { n: Number(path.basename(src)), status, code, message, hint, reason, warnings, ...sizes, ...file };
}

/** A result that is there although the journal does not tell of its end: the process died in between. */
export async function resultThere({ results }: JobFiles, n: number): Promise<Partial<JobResult>> {
  const stem = String(n).padStart(5, '0');
  const file = (await readdir(results)).find((name) => path.parse(name).name === stem);
  if (file === undefined) return {};
  const { size } = await stat(path.join(results, file));
  return { file, outputBytes: size, status: 'done', reason: undefined };
}

/** Bytes of all files below a directory. */
export async function bytesBelow(directory: string): Promise<number> {
  let bytes = 0;
  for (const name of await readdir(directory).catch(() => [])) {
    const file = path.join(directory, name);
    const found = await stat(file).catch(() => undefined);
    if (found?.isDirectory()) bytes += await bytesBelow(file);
    else bytes += found?.size ?? 0;
  }
  return bytes;
}
