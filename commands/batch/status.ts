import * as Args from '@oclif/core/args';
import { Command } from '@oclif/core/command';
import * as Flags from '@oclif/core/flags';
import { jsonFlag } from '../../src/command-line/flags/report-flags.js';

export default class BatchStatus extends Command {
  static override summary = 'Show the state of a batch.';

  static override description =
    'Shows whether it is running, finished or interrupted, how many images are done, and which failed and why. A batch whose process is gone before the end is interrupted. Only the journal is read, so the batch is not disturbed.';

  static override examples = [
    '<%= config.bin %> batch status upscaled',
    {
      description: 'JSON for scripts',
      command: '<%= config.bin %> batch status upscaled --json | jq .state',
    },
  ];

  static override args = {
    out: Args.string({
      description: 'Output directory of the batch (default: the working directory).',
      default: '.',
      ignoreStdin: true,
    }),
  };

  static override flags = {
    'batch-id': Flags.string({ helpValue: 'ID', description: 'Batch to show (default: the newest).' }),
    ...jsonFlag,
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(BatchStatus);
    const { findBatch } = await import('../../src/flow/journal/batches.js');
    const { batchText } = await import('../../src/apps/cli/batch-text.js');
    const { print } = await import('../../src/command-line/output.js');
    const batch = await findBatch(args.out, flags['batch-id']);
    await print(flags.json ? `${JSON.stringify(batch, null, 2)}\n` : batchText(batch));
  }
}
