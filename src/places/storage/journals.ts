import { hash } from 'node:crypto';
import { homedir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { isRemote } from '../../system/files/address.js';

/** The directory of journals in an output directory; hidden, so that it is never searched for sources. */
export const JOURNALS = '.srgan';

/**
 * Returns the directory of the journals for an output. Objects cannot be appended to, so for a remote output it is a
 * local directory.
 * @param state the local directory for a remote output, if not the default
 */
export function journalsOf(out: string, state: string | undefined, env = process.env): string {
  if (!isRemote(out)) return path.join(out, JOURNALS);
  return state ?? path.join(stateHome(env), 'srgan', hash('sha256', out.replace(/\/+$/, '')).slice(0, 16));
}

/** Returns the user's directory for persistent state (XDG_STATE_HOME). */
export function stateHome(env: NodeJS.ProcessEnv = process.env): string {
  if (process.platform === 'win32') return env.LOCALAPPDATA ?? path.join(homedir(), 'AppData', 'Local');
  const stated = env.XDG_STATE_HOME;
  return stated !== undefined && path.isAbsolute(stated) ? stated : path.join(homedir(), '.local', 'state');
}
