import { Command } from '@oclif/core/command';
import { statusFlags } from '../../src/command-line/flags/jobs-flags.js';
import { withQueuePackages } from '../../src/command-line/queue-packages.js';

export default class JobsStatus extends Command {
  static override summary = 'Show the state of a queue.';

  static override description =
    'Shows images and shards by outcome, the rate of each worker, the estimated end and the failures. The cost of asking depends on the number of workers, not of jobs.';

  static override examples = [
    '<%= config.bin %> jobs status --redis redis://queue:6379',
    '<%= config.bin %> jobs status --watch',
    {
      description: 'JSON for scripts',
      command: '<%= config.bin %> jobs status --json | jq .images',
    },
  ];

  static override flags = statusFlags;

  async run(): Promise<void> {
    const { flags } = await this.parse(JobsStatus);
    const { runJobsStatus } = await withQueuePackages(() => import('../../src/apps/jobs/run-jobs-status.js'));
    process.exitCode = await runJobsStatus(flags);
  }
}
