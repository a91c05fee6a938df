import * as Args from '@oclif/core/args';
import { Command } from '@oclif/core/command';
import { batchFlags } from '../../src/command-line/flags/batch-flags.js';

export default class Batch extends Command {
  static override summary =
    'Upscale a directory of images as a batch that can be watched and taken up again.';

  static override description = [
    'Does what pipe does with a directory, and leaves a journal in OUT/.srgan, by which the batch can be ' +
      'watched (batch status), listed (batch list) and, after Ctrl-C, a crash or a power cut, taken up again ' +
      '(--resume ID): what is proven done is passed over, and the rest is done with the same options.',
    'The path of each result is printed to standard output as it is written; all else goes to standard error, ' +
      "and ends in 'Processed X of Y images in Z.ZZ s (S skipped, F failed)'. A bad image never stops the others.",
    'The result is the same bytes for any --threads, and with --sequential.',
    'The event that --webhook posts is batch.completed where every image was worked off, whatever became of ' +
      'each, batch.interrupted after a signal, and batch.failed where the run broke off for another reason.',
    'Exit status: 0 all done; 1 some image failed; 2 there is no image, or the command line or the set-up is ' +
      'wrong; 129, 130 or 143 interrupted; 141 the reader of standard output went away.',
  ].join('\n\n');

  static override examples = [
    {
      description: 'A whole tree, four times as large',
      command: '<%= config.bin %> batch photos upscaled --recursive --scale 4',
    },
    {
      description: 'Only some files, keeping the results that are there',
      command: "<%= config.bin %> batch photos upscaled -k -g '*.jpg'",
    },
    {
      description: 'Look at it from another terminal',
      command: '<%= config.bin %> batch status upscaled',
    },
    {
      description: 'Take it up after an interrupt',
      command: '<%= config.bin %> batch upscaled --resume 20261124-150405-ab12',
    },
  ];

  static override usage = ['batch IN OUT [FLAGS]', 'batch [IN] OUT --resume ID [FLAGS]'];

  static override args = {
    in: Args.string({ description: 'Directory of the images.', ignoreStdin: true }),
    out: Args.string({ description: 'Directory of the results.', ignoreStdin: true }),
  };

  static override flags = batchFlags;

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Batch);
    const { runBatch } = await import('../../src/apps/cli/run-batch.js');
    const named = [args.in, args.out].filter((argument) => argument !== undefined);
    process.exitCode = await runBatch(named, flags);
  }
}
