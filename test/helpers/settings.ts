import type { PipeOptions, Settings } from '../../src/contract/options.js';
import { resolveOptions } from '../../src/flow/settings.js';

/** Checked options of a run, as the flow gets them. */
export function settingsOf(options: PipeOptions): Promise<Settings> {
  return resolveOptions({ threads: 1, maxMemory: 2 ** 28, ...options });
}
