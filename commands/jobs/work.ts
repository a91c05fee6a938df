import { Command } from '@oclif/core/command';
import { workFlags } from '../../src/command-line/flags/jobs-flags.js';
import { withQueuePackages } from '../../src/command-line/queue-packages.js';

export default class JobsWork extends Command {
  static override summary = 'Process the shards of a queue on every core.';

  static override description = [
    "Start one on each machine. Networks and threads stay loaded between shards. A failed image is part of its shard's result and stops nothing. When a worker dies or loses its connection, others take over its shards after --lock-duration and skip what is done; a shard processed twice has the same results and counts once.",
    'Ctrl-C or SIGTERM finishes the images in progress and returns the rest to the queue; a second one, or --drain-limit, stops at once. While Redis is away, work continues.',
    "If this machine cannot process any shard because a network or directory is missing, one shard fails and the worker exits; 'jobs retry' puts the shard back.",
    'Exit status: 0 the queue is empty (--once); 2 no Redis, or a wrong set-up; 130 or 143 interrupted.',
  ].join('\n\n');

  static override examples = [
    '<%= config.bin %> jobs work --redis redis://queue:6379',
    {
      description: 'As a job that exits, with metrics',
      command: '<%= config.bin %> jobs work --redis redis://queue:6379 --once --metrics 0.0.0.0:9464',
    },
  ];

  static override flags = workFlags;

  async run(): Promise<void> {
    const { flags } = await this.parse(JobsWork);
    const { runJobsWork } = await withQueuePackages(() => import('../../src/apps/jobs/run-jobs-work.js'));
    process.exitCode = await runJobsWork(flags);
  }
}
