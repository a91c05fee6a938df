import { Command } from '@oclif/core/command';
import { workFlags } from '../../src/command-line/flags/jobs-flags.js';

export default class JobsWork extends Command {
  static override summary = 'Work off the shards of a queue, on every core.';

  static override description = [
    'Start one on each machine. Networks and threads stay loaded from one shard to the next. A bad image is a part ' +
      "of its shard's result and stops nothing. A worker that dies or is cut off gives its shards to others after " +
      '--lock-duration, which pass over what is done; a shard that is done twice has the same results, and counts once.',
    'Ctrl-C or SIGTERM finishes the images that are being worked on and gives the rest back; a second one, or ' +
      '--drain-limit, stops at once. While Redis is away the work goes on.',
    'Where this machine can do no shard, since the network or a directory is missing, one shard fails and the worker ' +
      "ends; 'jobs retry' puts it back.",
    'Exit status: 0 the queue is empty (--once); 2 Redis is not there, or the set-up is wrong; 130 or 143 interrupted.',
  ].join('\n\n');

  static override examples = [
    '<%= config.bin %> jobs work --redis redis://queue:6379',
    {
      description: 'As a job that ends, with metrics',
      command: '<%= config.bin %> jobs work --redis redis://queue:6379 --once --metrics 0.0.0.0:9464',
    },
  ];

  static override flags = workFlags;

  async run(): Promise<void> {
    const { flags } = await this.parse(JobsWork);
    const { runJobsWork } = await import('../../src/apps/jobs/run-jobs-work.js');
    process.exitCode = await runJobsWork(flags);
  }
}
