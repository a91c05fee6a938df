import { configLayer } from '../../command-line/config-file.js';
import { environmentLayer, withDefaults } from '../../command-line/defaults.js';
import { modelComparisonFlags, type ModelComparisonFlags } from './model-comparison-flags.js';
import { pipeFlags } from '../../command-line/flags/pipe-flags.js';

/** How a run uses the machine; which images and what factor are a matter of this command line. */
const { threads, device, tile } = modelComparisonFlags;
const FROM_FILE = { threads, device, tile };

/** The configuration file is that of `pipe`. */
export async function fillModelComparisonFlags(given: ModelComparisonFlags): Promise<ModelComparisonFlags> {
  const environment = environmentLayer({ ...FROM_FILE, config: modelComparisonFlags.config }, process.env);
  const config = given.config ?? (environment.values.get('config') as string | undefined);
  const file = await configLayer(config, process.cwd(), pipeFlags);
  return withDefaults(given, FROM_FILE, [environment, file]);
}
