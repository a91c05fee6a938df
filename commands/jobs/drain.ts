import { Command } from '@oclif/core/command';
import { drainFlags } from '../../src/command-line/flags/jobs-flags.js';
import { withQueuePackages } from '../../src/command-line/queue-packages.js';

export default class JobsDrain extends Command {
  static override summary =
    'Stop the workers of a queue from taking new shards, and wait until none is in progress.';

  static override description =
    'Shards in progress are finished; all others wait in the queue until --release. Workers may come and go meanwhile.';

  static override examples = [
    '<%= config.bin %> jobs drain --redis redis://queue:6379',
    '<%= config.bin %> jobs drain --release',
  ];

  static override flags = drainFlags;

  async run(): Promise<void> {
    const { flags } = await this.parse(JobsDrain);
    const { runJobsDrain } = await withQueuePackages(() => import('../../src/apps/jobs/run-jobs-status.js'));
    process.exitCode = await runJobsDrain(flags);
  }
}
