import { Command } from '@oclif/core/command';
import { benchmarkFlags } from '../src/apps/benchmark/benchmark-flags.js';

export default class ParallelBenchmark extends Command {
  static override summary = 'Measure how much faster worker threads make a batch on this machine.';

  static override description = [
    'Upscales generated images with the statistics of photographs, files to files, sequentially and with each ' +
      'number of threads: every run in a process of its own, in turns, so that a machine that drifts drifts for ' +
      'all alike. The clock runs from the first source to the last record; loading the workers comes before it, ' +
      'as start-up. Every parallel result must equal the sequential one, byte for byte.',
    'Speedup is sequential time over parallel time within a round; efficiency is speedup over threads. More ' +
      'threads than usable cores are marked with *. What is written meanwhile lies in the temporary directory ' +
      'of the system and is removed at the end.',
    'Exit status: 0 all results equal; 1 a result differs, or a run failed; 2 the command line or the set-up is ' +
      'wrong; 129, 130 or 143 interrupted.',
  ].join('\n\n');

  static override examples = [
    '<%= config.bin %> parallel-benchmark',
    {
      description: 'A page with plots, and the best number of threads as the default of later runs',
      command: '<%= config.bin %> parallel-benchmark --html benchmark.html --save',
    },
    {
      description: 'Large images with another network, for a program',
      command:
        '<%= config.bin %> parallel-benchmark --batch-sizes 8 --thread-counts 2,4 --image-size 1024 --model esrgan-medium --json',
    },
  ];

  static override flags = benchmarkFlags;

  async run(): Promise<void> {
    const { flags: given } = await this.parse(ParallelBenchmark);
    const { fillBenchmarkFlags } = await import('../src/apps/benchmark/fill-benchmark-flags.js');
    const { runBenchmark } = await import('../src/apps/benchmark/run-benchmark.js');
    process.exitCode = await runBenchmark(await fillBenchmarkFlags(given));
  }
}
