import * as Args from '@oclif/core/args';
import { Command } from '@oclif/core/command';
import { submitFlags } from '../../src/command-line/flags/jobs-flags.js';
import { withQueuePackages } from '../../src/command-line/queue-packages.js';

export default class JobsSubmit extends Command {
  static override summary = 'Queue a list of images for many machines.';

  static override description = [
    'Takes the sources and flags of pipe. The list is cut into shards, each stored with the options in OUT/.srgan/jobs, and one job per shard is queued on Redis. Submitting pauses while --high-water jobs are waiting. Run the same command again to continue after an interruption; a shard that is queued or done is never queued twice.',
    'Every worker needs the sources, the network and OUT under the same paths or addresses. The id of the submission is printed to standard output.',
    'Exit status: 0 everything is queued; 2 nothing matched, no Redis, or a wrong command line or set-up; 130 or 143 interrupted.',
  ].join('\n\n');

  static override examples = [
    {
      description: 'A directory tree on shared storage',
      command:
        "<%= config.bin %> jobs submit '/data/photos/**/*.jpg' /data/upscaled --redis redis://queue:6379",
    },
    {
      description: 'From bucket to bucket, without a shared directory',
      command: "<%= config.bin %> jobs submit 's3://photos/**/*.jpg' s3://upscaled/2024",
    },
    {
      description: 'A list, in large shards',
      command: '<%= config.bin %> jobs submit --files-from list.txt /data/upscaled --shard-size 1000',
    },
  ];

  static override usage = ['jobs submit SOURCE... OUT --redis URL [FLAGS]', 'jobs submit - OUT [FLAGS]'];

  static override strict = false;

  static override args = {
    sources: Args.string({
      description:
        "Files, directories and globs, then the output directory; or '-' to read a list from standard input.",
      ignoreStdin: true,
    }),
  };

  static override flags = submitFlags;

  async run(): Promise<void> {
    const { flags, raw } = await this.parse(JobsSubmit);
    // oclif sorts `argv` by first mention, which confuses an argument with an equal value of a flag
    const args = raw.filter(({ type }) => type === 'arg').map(({ input }) => input);
    const { runJobsSubmit } = await withQueuePackages(() => import('../../src/apps/jobs/run-jobs-submit.js'));
    process.exitCode = await runJobsSubmit(args, flags);
  }
}
