import { Command } from '@oclif/core/command';
import { drainFlags } from '../../src/command-line/flags/jobs-flags.js';

export default class JobsDrain extends Command {
  static override summary =
    'Have the workers of a queue take nothing new, and wait until nothing is in hand.';

  static override description =
    'Shards in hand are ended, all others wait in the queue, which stays held until --release; workers may go and ' +
    'come meanwhile.';

  static override examples = [
    '<%= config.bin %> jobs drain --redis redis://queue:6379',
    '<%= config.bin %> jobs drain --release',
  ];

  static override flags = drainFlags;

  async run(): Promise<void> {
    const { flags } = await this.parse(JobsDrain);
    const { runJobsDrain } = await import('../../src/apps/jobs/run-jobs-status.js');
    process.exitCode = await runJobsDrain(flags);
  }
}
