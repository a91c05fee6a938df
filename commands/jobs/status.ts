import { Command } from '@oclif/core/command';
import { statusFlags } from '../../src/command-line/flags/jobs-flags.js';

export default class JobsStatus extends Command {
  static override summary = 'Tell where a queue stands.';

  static override description =
    'Images and shards by what became of them, the rate of each worker, when it will be over, and what failed. ' +
    'Asking costs as much as there are workers, however many jobs there are.';

  static override examples = [
    '<%= config.bin %> jobs status --redis redis://queue:6379',
    '<%= config.bin %> jobs status --watch',
    {
      description: 'For a program',
      command: '<%= config.bin %> jobs status --json | jq .images',
    },
  ];

  static override flags = statusFlags;

  async run(): Promise<void> {
    const { flags } = await this.parse(JobsStatus);
    const { runJobsStatus } = await import('../../src/apps/jobs/run-jobs-status.js');
    process.exitCode = await runJobsStatus(flags);
  }
}
