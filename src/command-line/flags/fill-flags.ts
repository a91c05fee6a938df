import { batchDefaults } from './batch-flags.js';
import { configLayer } from '../config-file.js';
import { environmentLayer, withDefaults, type FlagDefinitions } from '../defaults.js';
import { submitFlags, workFlags } from './jobs-flags.js';
import { pipeFlags } from './pipe-flags.js';
import { serveFlags } from './serve-flags.js';
import { videoFlags } from './video-flags.js';
import { watchFlags } from './watch-flags.js';
import { upscaleFlags } from './upscale-flags.js';

/** One config file serves all commands, so each ignores the flags of the others. */
const IN_FILES: FlagDefinitions = {
  ...serveFlags,
  ...videoFlags,
  ...watchFlags,
  ...submitFlags,
  ...workFlags,
  ...batchDefaults,
  ...upscaleFlags,
  ...pipeFlags,
};

/**
 * Fills flags that were not given from the environment, then from the config file.
 * @param definitions of the flags that can have defaults
 */
export async function fillFlags<T extends { config?: string }>(
  given: T,
  definitions: FlagDefinitions,
): Promise<T> {
  const environment = environmentLayer(definitions, process.env);
  const config = given.config ?? (environment.values.get('config') as string | undefined);
  return withDefaults(given, definitions, [environment, await configLayer(config, process.cwd(), IN_FILES)]);
}
