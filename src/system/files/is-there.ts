import { access } from './fs.js';

/** Whether there is a file, or anything else, that can be reached at the path. */
export function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
