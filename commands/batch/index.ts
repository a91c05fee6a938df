import * as Args from '@oclif/core/args';
import { Command } from '@oclif/core/command';
import { batchFlags } from '../../src/command-line/flags/batch-flags.js';

export default class Batch extends Command {
  static override summary = 'Upscale a directory as a batch that can be monitored and resumed.';

  static override description = [
    'Like pipe on a directory, with a journal in OUT/.srgan, by which the batch can be monitored (batch status), listed (batch list) and resumed after Ctrl-C, a crash or a power cut (--resume ID): what is proven done is skipped, and the rest is processed with the same options.',
    "Prints the path of each result to standard output as it is written; everything else goes to standard error, ending in 'Processed X of Y images in Z.ZZ s (S skipped, F failed)'. A failed image never stops the others.",
    'Results are the same bytes for any --threads, and with --sequential.',
    "The webhook's event is batch.completed when every image was processed, successfully or not, batch.interrupted after a signal, and batch.failed when the run stopped for another reason.",
    'Exit status: 0 all done; 1 some image failed; 2 no image, or a wrong command line or set-up; 129, 130 or 143 interrupted; 141 the reader of standard output went away.',
  ].join('\n\n');

  static override examples = [
    {
      description: 'A whole directory tree at x4',
      command: '<%= config.bin %> batch photos upscaled --recursive --scale 4',
    },
    {
      description: 'Only some files, keeping existing outputs',
      command: "<%= config.bin %> batch photos upscaled -k -g '*.jpg'",
    },
    {
      description: 'Check progress from another terminal',
      command: '<%= config.bin %> batch status upscaled',
    },
    {
      description: 'Resume after an interruption',
      command: '<%= config.bin %> batch upscaled --resume 20261124-150405-ab12',
    },
  ];

  static override usage = ['batch IN OUT [FLAGS]', 'batch [IN] OUT --resume ID [FLAGS]'];

  static override args = {
    in: Args.string({ description: 'Input directory.', ignoreStdin: true }),
    out: Args.string({ description: 'Output directory.', ignoreStdin: true }),
  };

  static override flags = batchFlags;

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Batch);
    const { runBatch } = await import('../../src/apps/cli/run-batch.js');
    const named = [args.in, args.out].filter((argument) => argument !== undefined);
    process.exitCode = await runBatch(named, flags);
  }
}
