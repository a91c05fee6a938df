import * as Args from '@oclif/core/args';
import { Command } from '@oclif/core/command';
import * as Flags from '@oclif/core/flags';
import { jsonFlag } from '../../src/command-line/flags/report-flags.js';

export default class BatchStatus extends Command {
  static override summary = 'Tell where a batch stands.';

  static override description =
    'Running, finished or interrupted; how many images are done; which failed and why. A batch whose process ' +
    'is gone without having ended is interrupted. Reads the journal alone, so the batch is not disturbed.';

  static override examples = [
    '<%= config.bin %> batch status upscaled',
    {
      description: 'For a program',
      command: '<%= config.bin %> batch status upscaled --json | jq .state',
    },
  ];

  static override args = {
    out: Args.string({
      description: 'Directory of the results; otherwise the working directory.',
      default: '.',
      ignoreStdin: true,
    }),
  };

  static override flags = {
    'batch-id': Flags.string({ helpValue: 'ID', description: 'The batch; otherwise the newest.' }),
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
