import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { SrganError } from '../../../system/errors.js';
import { stat } from '../../../system/files/fs.js';
import { fileKind } from '../file/files.js';
import { modelJsonName } from '../file/read-file.js';
import {
  archiveKind,
  archiveSource,
  packageSource,
  type Source,
  type SourceOptions,
  compareSums,
  type FileSum,
} from './archive-source.js';
import { headerOf, partsOf } from './families.js';
import { percentDecode } from '../../../system/files/address.js';
import { download, shownUrl, webUrl } from './download.js';

/**
 * Opens the source that `what` names: a file, folder or archive, a URL, or an npm package.
 * @throws SrganError E_USAGE, E_MODEL, E_NOSPC, E_WRITE, E_CANCELLED
 */
export async function openSource(what: string, options: SourceOptions): Promise<Source> {
  if (/^https?:/i.test(what)) return urlSource(what, options);
  const place = what.startsWith('file:') ? fileURLToPath(what) : what;
  const facts = await stat(place).catch(() => undefined);
  if (facts) return localSource(place, facts.isDirectory(), options);
  const { npmSource, packageSpec } = await import('./npm-source.js');
  const spec = packageSpec(what);
  if (spec) return npmSource(spec, options);
  throw new SrganError('E_USAGE', `${what}: there is no such file, folder or package.`, {
    hint: 'Add the path of a network or of a folder, an npm package, or a URL.',
  });
}

async function localSource(place: string, isDirectory: boolean, options: SourceOptions): Promise<Source> {
  const file = path.resolve(place);
  if (archiveKind(file) && !isDirectory) return archiveSource(file, file, options);
  if (isDirectory) {
    const bare = { directory: file, name: path.basename(file), origin: file };
    return (await packageSource(bare)) ?? bare;
  }
  const kind = await fileKind(file);
  if (!kind) {
    throw new SrganError('E_USAGE', `${place}: the file name is not that of a network.`, {
      hint: 'Networks are .onnx, .param, .rsr or .json files; a folder or a .whl, .zip or .tgz file may contain some.',
    });
  }
  return {
    directory: path.dirname(file),
    file: headerOf(file),
    name: modelJsonName(file),
    origin: headerOf(file),
  };
}

/**
 * Downloads an archive or a network, with the files beside it that the network needs.
 * @throws SrganError E_USAGE, E_MODEL, E_NOSPC, E_WRITE, E_CANCELLED
 */
export async function urlSource(text: string, options: SourceOptions): Promise<Source> {
  const { work, sha256, maxDownloadBytes, onNote } = options;
  const url = webUrl(text);
  const base = fileName(url);
  let left = maxDownloadBytes;
  const sums: FileSum[] = [await fetchOne(url, base)];
  const file = path.join(work, base);
  if (archiveKind(base)) return archiveSource(file, shownUrl(url), options);
  for (const part of await partsBeside(file)) sums.push(await fetchOne(beside(url, part), part));
  compareSums(sha256, sums);
  return {
    directory: work,
    file: headerOf(file),
    name: modelJsonName(percentDecode(url.pathname)),
    origin: shownUrl(url),
    compared: true,
  };

  async function fetchOne(from: URL, name: string): Promise<FileSum> {
    const place = path.join(work, name);
    onNote(`Downloading ${shownUrl(from)}`);
    const sum = await download(from, place, { ...options, maxBytes: left });
    left = Math.max(0, left - (await stat(place)).size);
    return { name, sha256: sum };
  }
}

/** @throws SrganError E_USAGE if the name is not that of a network or archive */
function fileName(url: URL): string {
  const name = path.posix.basename(percentDecode(url.pathname));
  const isFile = /\.(onnx|param|bin|rsr|json)$/i.test(name) && /^[^\\/:\0]+$/.test(name);
  if (isFile || archiveKind(name)) return name;
  throw new SrganError('E_USAGE', `${shownUrl(url)}: the file name is not that of a network or an archive.`, {
    hint: 'It must end in .onnx, .param, .rsr, .json, .whl, .zip or .tgz.',
  });
}

/**
 * Returns the files that a network needs besides its own. External weights of ONNX files are not downloaded:
 * opening such a file reports them as missing.
 */
async function partsBeside(file: string): Promise<string[]> {
  if (/\.onnx$/i.test(file)) return [];
  const parts = await partsOf(file);
  for (const part of parts) {
    if (path.posix.basename(part) === part && !/[\\:\0]/.test(part) && part !== '..') continue;
    throw new SrganError(
      'E_MODEL',
      `${path.basename(file)}: its weight file '${part}' is in another directory.`,
    );
  }
  return parts;
}

/** Returns the URL of a sibling file, with the same query, which may hold credentials. */
function beside(url: URL, name: string): URL {
  const other = new URL(url);
  other.pathname = path.posix.join(path.posix.dirname(url.pathname), encodeURIComponent(name));
  return other;
}
