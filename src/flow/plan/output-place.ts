import { SrganError, systemCode } from '../../system/errors.js';
import { realpath, stat } from '../../system/files/fs.js';
import { writeFailure } from '../../system/files/write-files.js';
import type { Settings } from '../../contract/options.js';
import { isRemote } from '../../system/files/address.js';
import { factsAt, type Storages } from '../../places/storage/storages.js';

/**
 * Looks at what lies where the result is to go.
 * @param isInput whether the absolute path is that of a source of this run
 * @returns whether the result may be written, or is to be skipped since it is there
 * @throws SrganError E_OVERWRITE_INPUT, E_EXISTS, E_WRITE
 */
export async function checkOutput(
  output: string,
  source: string,
  existing: Settings['existing'],
  isInput: (path: string) => Promise<boolean>,
  storages: Pick<Storages, 'of'>,
): Promise<'free' | 'skip'> {
  if (await isInput(output)) throw overwritten(output, source);
  if (isRemote(output)) {
    if (output === source) throw overwritten(output, source);
    // who may only write is not told; then the storage refuses at the end
    return existing !== 'overwrite' && (await factsAt(output, storages)) ? kept(output, existing) : 'free';
  }
  const there = await stat(output, { bigint: true }).catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw writeFailure(output, error);
  });
  if (!there) return 'free';

  const own = await stat(source, { bigint: true }).catch(() => undefined);
  const isOwn = own?.ino === there.ino && own.dev === there.dev;
  const real = await realpath(output).catch(() => output);
  if (isOwn || (await isInput(real))) throw overwritten(output, source);
  if (there.isDirectory()) {
    throw new SrganError(
      'E_WRITE',
      `${output}: is a directory, so the result of ${source} cannot be put there.`,
    );
  }
  return existing === 'overwrite' ? 'free' : kept(output, existing);
}

function kept(output: string, existing: 'skip' | 'refuse'): 'skip' {
  if (existing === 'skip') return 'skip';
  throw new SrganError('E_EXISTS', `${output}: is already there.`, {
    hint: 'Take --skip-existing to keep it, or --overwrite to replace it.',
  });
}

function overwritten(output: string, source: string): SrganError {
  return new SrganError('E_OVERWRITE_INPUT', `${source}: its result would replace the input ${output}.`, {
    hint: 'Name an output directory, or another name with --suffix or --name.',
  });
}
