import path from 'node:path';
import { systemCode, SrganError } from '../../../system/errors.js';
import { readFile, stat } from '../../../system/files/fs.js';

/** A network of TensorFlow.js by path: model.json under any name, or the directory that holds it. */
export async function findModelJson(name: string): Promise<string | undefined> {
  if (name.toLowerCase().endsWith('.json')) return name;
  const inside = path.join(name, 'model.json');
  const found = await stat(inside).catch(() => undefined);
  return found && inside;
}

/** What a user calls the network: the file's own name, or its directory's. */
export function modelJsonName(file: string): string {
  const { name } = path.parse(file);
  return name === 'model' ? path.basename(path.dirname(path.resolve(file))) : name;
}

/** @throws SrganError E_MODEL */
export async function readModelJson(file: string): Promise<{ text: string; json: unknown }> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    const missing = systemCode(cause) === 'ENOENT';
    const reason = missing ? 'does not exist' : 'cannot be read';
    throw new SrganError('E_MODEL', `${file}: the network ${reason}.`, { cause });
  });
  try {
    return { text, json: JSON.parse(text) };
  } catch (cause) {
    throw new SrganError('E_MODEL', `${file}: the network cannot be used: its header is no JSON.`, { cause });
  }
}
