import path from 'node:path';
import { SrganError } from '../../../system/errors.js';
import { stat } from '../../../system/files/fs.js';
import { percentDecode } from '../../../system/files/address.js';
import { modelJsonName } from '../file/model-json.js';
import { archiveKind, archiveSource } from './archive-source.js';
import { download, shownUrl, webUrl } from './download.js';
import { headerOf, partsOf } from './members.js';
import type { Source, SourceOptions } from './network-source.js';
import { compareSums, type FileSum } from './sums.js';

/**
 * Fetches an archive or a network; of one that lies in several files, those beside it too.
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

/** @throws SrganError E_USAGE where it says no kind of file that can be kept */
function fileName(url: URL): string {
  const name = path.posix.basename(percentDecode(url.pathname));
  const isFile = /\.(onnx|param|bin|rsr|json)$/i.test(name) && /^[^\\/:\0]+$/.test(name);
  if (isFile || archiveKind(name)) return name;
  throw new SrganError('E_USAGE', `${shownUrl(url)}: its name is that of no network and no archive.`, {
    hint: 'It is to end in .onnx, .param, .rsr, .json, .whl, .zip or .tgz.',
  });
}

/** Weights of ONNX that lie apart are not fetched: such a file says so when it is opened. */
async function partsBeside(file: string): Promise<string[]> {
  if (/\.onnx$/i.test(file)) return [];
  const parts = await partsOf(file);
  for (const part of parts) {
    if (path.posix.basename(part) === part && !/[\\:\0]/.test(part) && part !== '..') continue;
    throw new SrganError('E_MODEL', `${path.basename(file)}: its weight file '${part}' lies elsewhere.`);
  }
  return parts;
}

/** With the same query, which may be what opens the door. */
function beside(url: URL, name: string): URL {
  const other = new URL(url);
  other.pathname = path.posix.join(path.posix.dirname(url.pathname), encodeURIComponent(name));
  return other;
}
