import { join } from 'node:path';
import { SrganError } from '../../../system/errors.js';
import { hashFile } from '../../../system/files/hash-file.js';
import { appendFileSync, open, readFile, rename, stat, writeFile } from '../../../system/files/fs.js';
import { flushDirectory, flushFile, writeFailure } from '../../../system/files/write-files.js';
import { runProgram } from '../ffmpeg/child-program.js';

/** A closed part of the result: a file of its own, that begins with a key frame. */
export interface Segment {
  readonly segment: number;
  /** How many frames, and the index of the first. */
  readonly frames: number;
  readonly first: number;
  /** Timestamp of the last frame, in ticks of the film. */
  readonly lastPts: number;
  readonly bytes: number;
  readonly sha256: string;
}

export const segmentFile = (directory: string, segment: number): string =>
  join(directory, `segment-${String(segment).padStart(6, '0')}.nut`);

const journalFile = (directory: string) => join(directory, 'journal.ndjson');

/** Where an encoder writes a segment until it is whole. */
export const partialFile = (directory: string, segment: number): string =>
  `${segmentFile(directory, segment)}.part`;

/** Begins a journal. @param key names all that the segments depend on */
export async function beginJournal(directory: string, key: string): Promise<void> {
  try {
    await writeFile(journalFile(directory), `${JSON.stringify({ key })}\n`);
    await flushDirectory(directory);
  } catch (cause) {
    throw writeFailure(journalFile(directory), cause);
  }
}

/**
 * Closes a segment: on the disk and under its name before the journal says that it is there.
 * @throws SrganError E_WRITE, E_NOSPC, E_READ
 */
export async function recordSegment(
  directory: string,
  facts: Omit<Segment, 'bytes' | 'sha256'>,
): Promise<Segment> {
  const file = segmentFile(directory, facts.segment);
  const partial = partialFile(directory, facts.segment);
  try {
    const handle = await open(partial, 'r+');
    try {
      await flushFile(handle);
    } finally {
      await handle.close();
    }
    const sha256 = await hashFile(partial);
    const { size: bytes } = await stat(partial);
    await rename(partial, file);
    await flushDirectory(directory);
    const segment = { ...facts, bytes, sha256 };
    appendFileSync(journalFile(directory), `${JSON.stringify(segment)}\n`);
    return segment;
  } catch (cause) {
    throw cause instanceof SrganError ? cause : writeFailure(file, cause);
  }
}

/**
 * The segments of an interrupted run that are proven: the bytes are those that the journal names, and as many
 * frames lie in them.
 * @returns undefined where there is no journal
 * @throws SrganError E_USAGE where it is one of another film or other options
 */
export async function provenSegments(
  directory: string,
  key: string,
  signal: AbortSignal,
): Promise<Segment[] | undefined> {
  const text = await readFile(journalFile(directory), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const [head, ...lines] = text.split('\n').map(lineOf);
  if (!head || !('key' in head)) return undefined;
  if (head.key !== key) {
    throw new SrganError('E_USAGE', `${directory}: was begun with another film, other options or networks.`, {
      hint: 'Give the options of that run, or --overwrite to begin anew.',
    });
  }
  const proven: Segment[] = [];
  for (const line of lines) {
    if (!line || !('segment' in line)) continue;
    const first = proven.reduce((sum, { frames }) => sum + frames, 0);
    if (line.segment !== proven.length || line.first !== first || !(await isProven(directory, line, signal)))
      break;
    proven.push(line);
  }
  return proven;
}

/** A line that was cut off says nothing. */
function lineOf(text: string): { readonly key: string } | Segment | undefined {
  try {
    return JSON.parse(text) as { key: string } | Segment;
  } catch {
    return undefined;
  }
}

async function isProven(directory: string, segment: Segment, signal: AbortSignal): Promise<boolean> {
  const file = segmentFile(directory, segment.segment);
  const found = await stat(file).catch(() => undefined);
  if (found?.size !== segment.bytes || (await hashFile(file)) !== segment.sha256) return false;
  const count = [
    '-v',
    'error',
    '-count_packets',
    '-show_entries',
    'stream=nb_read_packets',
    '-of',
    'csv=p=0',
    file,
  ];
  const frames = await runProgram('ffprobe', count, signal, {
    code: 'E_READ',
    sentence: `${file}: ffprobe cannot read it`,
  }).catch(() => '');
  return Number(frames) === segment.frames;
}
