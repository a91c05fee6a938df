import { hash } from 'node:crypto';
import { homedir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { isRemote } from '../../system/files/address.js';

/** Directory in the output directory that holds journals; hidden, so that no source is ever looked for in it. */
export const JOURNALS = '.srgan';

/**
 * The directory of the journals of runs with the output `out`. A journal grows line by line, which an object cannot:
 * where `out` is an address, it is a directory of this machine.
 * @param state the directory that is asked for instead; of an output that is a directory it is not asked
 */
export function journalsOf(out: string, state: string | undefined, env = process.env): string {
  if (!isRemote(out)) return path.join(out, JOURNALS);
  return state ?? path.join(stateHome(env), 'srgan', hash('sha256', out.replace(/\/+$/, '')).slice(0, 16));
}

/** Where the user's state is kept that is no configuration and no cache. */
export function stateHome(env: NodeJS.ProcessEnv = process.env): string {
  if (process.platform === 'win32') return env.LOCALAPPDATA ?? path.join(homedir(), 'AppData', 'Local');
  const stated = env.XDG_STATE_HOME;
  return stated !== undefined && path.isAbsolute(stated) ? stated : path.join(homedir(), '.local', 'state');
}
