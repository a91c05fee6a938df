import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SrganError } from '../../system/errors.js';
import { mkdtemp, realpath, rm, writeFile } from '../../system/files/fs.js';
import type { PipeOptions } from '../../contract/options.js';
import { resolveOptions } from '../../flow/settings.js';
import { find } from '../../flow/stages/find.js';
import { watchProgram, type Profile, type Watched } from './watch-program.js';

/** A second run of the same work, one image at a time, for comparison. */
export interface SequentialRun {
  profile(how: Pick<Watched, 'intervalMs' | 'onStart'>): Promise<Profile>;
  /** Deletes its results. */
  remove(): Promise<void>;
}

/**
 * Lists the sources now, before results are written next to them. The sequential run writes only to a temporary
 * directory, whatever the options say.
 * @throws SrganError E_USAGE if the work cannot be repeated, and any error of finding the sources
 */
export async function prepareSequential(options: PipeOptions): Promise<SequentialRun> {
  const settings = await resolveOptions(options);
  if (settings.inputs.kind === 'list')
    throw usage('--compare runs the work twice, but a list on standard input can be read only once.', LIST);
  if (settings.existing === 'skip')
    throw usage('--compare with --skip-existing would compare two runs that do not do the same work.', EMPTY);
  if (settings.dryRun) throw usage('--compare has nothing to compare in a dry run.', undefined);

  const directory = await realpath(await mkdtemp(join(tmpdir(), 'srgan-sequential-')));
  const remove = () => rm(directory, { recursive: true, force: true });
  const list = join(directory, 'sources.ndjson');
  const order = join(directory, 'options.json');
  try {
    const lines: string[] = [];
    for await (const { path, overrides, invalid } of find(settings, new AbortController().signal)) {
      // an output path from the list would point outside the temporary directory
      if (!invalid) lines.push(`${JSON.stringify({ src: path, ...overrides, dst: undefined })}\n`);
    }
    await writeFile(list, lines.join(''));
    const again: PipeOptions = {
      ...options,
      ...ONLY_THE_WORK,
      inputs: { kind: 'list-file', path: list, format: 'ndjson' },
      out: join(directory, 'out'),
      sequential: true,
    };
    await writeFile(order, JSON.stringify(again));
  } catch (error) {
    await remove();
    throw error;
  }
  const program = [fileURLToPath(new URL('./run-options.js', import.meta.url)), order];
  return {
    profile: (how) => watchProgram({ program, stdio: ['ignore', 'ignore', 'ignore'], ...how }),
    remove,
  };
}

/** Options to drop: the list already reflects the first ones, and `sequential` implies one worker. */
const ONLY_THE_WORK = {
  base: undefined,
  recursive: undefined,
  include: undefined,
  exclude: undefined,
  limit: undefined,
  threads: undefined,
  chunkSize: undefined,
  overwrite: undefined,
} satisfies Partial<PipeOptions>;

const LIST = 'Put the list in a file and pass it with --files-from.';
const EMPTY = 'Use an empty output directory, or omit --compare.';

const usage = (sentence: string, hint: string | undefined) => new SrganError('E_USAGE', sentence, { hint });
