import path from 'node:path';
import { readdir, readFile, stat } from '../../../system/files/fs.js';
import { isRecord } from '../../graph/read/keras/keras-model.js';
import { hashFile } from '../../../system/files/hash-file.js';
import { makeDirectory } from '../../../system/files/write-files.js';
import type { KnownLicence } from '../kept/kept-record.js';
import { licenceIn, licenceOfMetadata, licenceOfPackage } from './licence.js';
import type { Source, SourceOptions } from './network-source.js';
import { compareSums } from './sums.js';

type ArchiveKind = 'zip' | 'tar';

/** By the end of the name; undefined where it is none. */
export function archiveKind(name: string): ArchiveKind | undefined {
  if (/\.(whl|zip)$/i.test(name)) return 'zip';
  return /\.(tgz|tar\.gz)$/i.test(name) ? 'tar' : undefined;
}

/**
 * What an archive holds of networks, unpacked; its sum is compared before.
 * @throws SrganError E_MODEL, E_NOSPC, E_WRITE
 */
export async function archiveSource(
  archive: string,
  origin: string,
  { work, sha256 }: Pick<SourceOptions, 'work' | 'sha256'>,
): Promise<Source> {
  const base = path.basename(archive);
  const fetched = { name: base, sha256: await hashFile(archive) };
  compareSums(sha256, [fetched]);
  const directory = path.join(work, 'unpacked');
  await makeDirectory(directory);
  if (archiveKind(archive) === 'zip') {
    const { unpackZip } = await import('./unpack-zip.js');
    await unpackZip(archive, directory);
  } else {
    const { unpackTar } = await import('./unpack-tar.js');
    await unpackTar(archive, directory);
  }
  const name = base.replace(/\.(whl|zip|tgz|tar\.gz)$/i, '');
  const bare = { directory, name, origin, fetched, compared: true };
  // npm packs everything below one directory
  const [top = '', ...others] = await readdir(directory);
  const isPacked = others.length === 0 && top !== '' && (await stat(path.join(directory, top))).isDirectory();
  const only = isPacked ? path.join(directory, top) : directory;
  return (
    (await packageSource({ ...bare, directory: only })) ??
    (await wheelSource(bare)) ?? { ...bare, directory: only }
  );
}

/** With what a package.json in the directory says; undefined where there is none. */
export async function packageSource(bare: Source): Promise<Source | undefined> {
  const text = await readFile(path.join(bare.directory, 'package.json'), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const facts = parsed(text);
  if (!isRecord(facts) || typeof facts.name !== 'string') return undefined;
  const { name } = facts;
  const stated = licenceOfPackage(facts);
  return {
    ...bare,
    name: name.replace(/^.*\//, ''),
    package: name,
    ...(stated !== undefined && { licence: { licence: stated, by: `package.json of ${name}` } }),
  };
}

/** With what the METADATA of a Python wheel say; undefined where there are none. */
async function wheelSource(bare: Source): Promise<Source | undefined> {
  const facts = (await readdir(bare.directory)).find((name) => name.endsWith('.dist-info'));
  if (facts === undefined) return undefined;
  const home = path.join(bare.directory, facts);
  const stated = licenceOfMetadata(await readFile(path.join(home, 'METADATA'), 'utf8').catch(() => ''));
  const text = (await licenceIn(path.join(home, 'licenses'))) ?? (await licenceIn(home));
  const [name = bare.name, version = ''] = facts.replace(/\.dist-info$/, '').split('-');
  const licence = ofWheel(`METADATA of ${name} ${version}`.trim(), stated, text);
  return { ...bare, name, ...(licence && { licence }) };
}

/** Where the two differ, both are told. */
function ofWheel(
  by: string,
  stated: string | undefined,
  text: KnownLicence | undefined,
): KnownLicence | undefined {
  if (stated === undefined) return text && { ...text, by: 'the text of the licence in the wheel' };
  const other =
    text && !stated.startsWith(text.licence) ? `; the text of the licence in it is ${text.licence}` : '';
  return { licence: stated, by: `${by}${other}` };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
