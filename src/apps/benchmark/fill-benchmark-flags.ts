import { benchmarkFlags, type BenchmarkFlags } from './benchmark-flags.js';
import { configLayer } from '../../command-line/config-file.js';
import { environmentLayer, withDefaults } from '../../command-line/defaults.js';
import { pipeFlags } from '../../command-line/flags/pipe-flags.js';

/** The configuration file is that of `pipe`; what the benchmark has no flag for does not concern it. */
export async function fillBenchmarkFlags(given: BenchmarkFlags): Promise<BenchmarkFlags> {
  const environment = environmentLayer(benchmarkFlags, process.env);
  const config = given.config ?? (environment.values.get('config') as string | undefined);
  return withDefaults(given, benchmarkFlags, [
    environment,
    await configLayer(config, process.cwd(), pipeFlags),
  ]);
}
