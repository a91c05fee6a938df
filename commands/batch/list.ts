import * as Args from '@oclif/core/args';
import { Command } from '@oclif/core/command';
import { jsonFlag } from '../../src/command-line/flags/report-flags.js';

export default class BatchList extends Command {
  static override summary = 'List the batches of an output directory, newest first.';

  static override examples = ['<%= config.bin %> batch list upscaled'];

  static override args = {
    out: Args.string({
      description: 'Output directory of the batch (default: the working directory).',
      default: '.',
      ignoreStdin: true,
    }),
  };

  static override flags = jsonFlag;

  async run(): Promise<void> {
    const { args, flags } = await this.parse(BatchList);
    const { listBatches } = await import('../../src/flow/journal/batches.js');
    const { batchesTable } = await import('../../src/apps/cli/batch-text.js');
    const { print } = await import('../../src/command-line/output.js');
    const batches = await listBatches(args.out);
    await print(flags.json ? `${JSON.stringify(batches, null, 2)}\n` : batchesTable(batches));
  }
}
