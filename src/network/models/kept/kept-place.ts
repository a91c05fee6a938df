import { homedir } from 'node:os';
import path from 'node:path';

/** As much of a process as says where its user's data lie. */
export interface Surroundings {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
}

/**
 * The directory of the networks that the user keeps: below SRGAN_HOME where that is set, else where the platform has
 * the data of programs.
 */
export function keptDirectory(surroundings?: Surroundings): string {
  const { platform, env, home } = surroundings ?? {
    platform: process.platform,
    env: process.env,
    home: homedir(),
  };
  const paths = platform === 'win32' ? path.win32 : path.posix;
  const stated = env.SRGAN_HOME;
  if (stated) return paths.join(paths.resolve(stated), 'models');
  if (platform === 'win32') {
    return paths.join(env.LOCALAPPDATA ?? paths.join(home, 'AppData', 'Local'), 'srgan', 'models');
  }
  if (platform === 'darwin') return paths.join(home, 'Library', 'Application Support', 'srgan', 'models');
  // a relative path there is to be ignored: XDG Base Directory Specification
  const data = env.XDG_DATA_HOME;
  return paths.join(
    data && paths.isAbsolute(data) ? data : paths.join(home, '.local', 'share'),
    'srgan',
    'models',
  );
}
