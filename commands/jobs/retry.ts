import { Command } from '@oclif/core/command';
import { retryFlags } from '../../src/command-line/flags/jobs-flags.js';

export default class JobsRetry extends Command {
  static override summary = 'Put what failed back into the queue.';

  static override description =
    'Shards that failed as a whole, since a network or directory was missing or their workers died again and again; ' +
    'with --images those too that ended with images that failed. What is done is passed over.';

  static override examples = [
    '<%= config.bin %> jobs retry --redis redis://queue:6379',
    '<%= config.bin %> jobs retry --images',
  ];

  static override flags = retryFlags;

  async run(): Promise<void> {
    const { flags } = await this.parse(JobsRetry);
    const { runJobsRetry } = await import('../../src/apps/jobs/run-jobs-status.js');
    process.exitCode = await runJobsRetry(flags);
  }
}
