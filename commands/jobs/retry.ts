import { Command } from '@oclif/core/command';
import { retryFlags } from '../../src/command-line/flags/jobs-flags.js';
import { withQueuePackages } from '../../src/command-line/queue-packages.js';

export default class JobsRetry extends Command {
  static override summary = 'Put failed shards back into the queue.';

  static override description =
    'Retries shards that failed as a whole, for example because a network or directory was missing or their workers kept dying. With --images, also shards whose images failed. Finished work is skipped.';

  static override examples = [
    '<%= config.bin %> jobs retry --redis redis://queue:6379',
    '<%= config.bin %> jobs retry --images',
  ];

  static override flags = retryFlags;

  async run(): Promise<void> {
    const { flags } = await this.parse(JobsRetry);
    const { runJobsRetry } = await withQueuePackages(() => import('../../src/apps/jobs/run-jobs-status.js'));
    process.exitCode = await runJobsRetry(flags);
  }
}
