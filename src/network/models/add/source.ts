import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { SrganError } from '../../../system/errors.js';
import { stat } from '../../../system/files/fs.js';
import { fileKind } from '../file/files.js';
import { modelJsonName } from '../file/model-json.js';
import { archiveKind, archiveSource, packageSource } from './archive-source.js';
import { headerOf } from './members.js';
import type { Source, SourceOptions } from './network-source.js';

/**
 * A file, folder or archive, a URL, or an npm package: the one that it is.
 * @throws SrganError E_USAGE, E_MODEL, E_NOSPC, E_WRITE, E_CANCELLED
 */
export async function openSource(what: string, options: SourceOptions): Promise<Source> {
  if (/^https?:/i.test(what)) {
    const { urlSource } = await import('./url-source.js');
    return urlSource(what, options);
  }
  const place = what.startsWith('file:') ? fileURLToPath(what) : what;
  const facts = await stat(place).catch(() => undefined);
  if (facts) return localSource(place, facts.isDirectory(), options);
  const { npmSource, packageSpec } = await import('./npm-source.js');
  const spec = packageSpec(what);
  if (spec) return npmSource(spec, options);
  throw new SrganError('E_USAGE', `${what}: there is no such file or folder, and no package is called so.`, {
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
    throw new SrganError('E_USAGE', `${place}: this is no network by its name.`, {
      hint: 'An .onnx, .param, .rsr or .json file is, a folder or a .whl, .zip or .tgz file may hold some.',
    });
  }
  return {
    directory: path.dirname(file),
    file: headerOf(file),
    name: modelJsonName(file),
    origin: headerOf(file),
  };
}
