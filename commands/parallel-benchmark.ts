import { Command } from '@oclif/core/command';
import { benchmarkFlags } from '../src/apps/benchmark/benchmark-flags.js';

export default class ParallelBenchmark extends Command {
  static override summary = 'Benchmark batch throughput for different thread counts.';

  static override description = [
    'Upscales generated photo-like images, files to files, sequentially and with each number of threads. Every run is a process of its own, and the configurations take turns, so that a machine whose speed drifts treats all alike. Time is measured from the first source to the last record; loading the workers counts as start-up. Every parallel result must equal the sequential one, byte for byte.',
    "Speedup is sequential time over parallel time within a round; efficiency is speedup over threads. More threads than usable cores are marked with *. Temporary files go to the system's temporary directory and are removed.",
    'Exit status: 0 all results equal; 1 a result differs, or a run failed; 2 a wrong command line or set-up; 129, 130 or 143 interrupted.',
  ].join('\n\n');

  static override examples = [
    '<%= config.bin %> parallel-benchmark',
    {
      description: 'With plots, saving the best number of threads',
      command: '<%= config.bin %> parallel-benchmark --html benchmark.html --save',
    },
    {
      description: 'Large images with another network, as JSON',
      command:
        '<%= config.bin %> parallel-benchmark --batch-sizes 8 --thread-counts 2,4 --image-size 1024 --model esrgan-medium --json',
    },
  ];

  static override flags = benchmarkFlags;

  async run(): Promise<void> {
    const { flags: given } = await this.parse(ParallelBenchmark);
    const { fillBenchmarkFlags } = await import('../src/apps/benchmark/benchmark-flags.js');
    const { runBenchmark } = await import('../src/apps/benchmark/run-benchmark.js');
    process.exitCode = await runBenchmark(await fillBenchmarkFlags(given));
  }
}
