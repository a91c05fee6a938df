import { configLayer } from './config-file.js';
import { environmentLayer, withDefaults } from './defaults.js';
import { pipeFlags, type PipeFlags } from './pipe-flags.js';

/** The flags given, then what the environment, then what the configuration file says of the others. */
export async function fillPipeFlags(given: PipeFlags): Promise<PipeFlags> {
  const environment = environmentLayer(pipeFlags, process.env);
  const config = given.config ?? (environment.values.get('config') as string | undefined);
  return withDefaults(given, pipeFlags, [environment, await configLayer(config, process.cwd(), pipeFlags)]);
}
