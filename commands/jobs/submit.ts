import * as Args from '@oclif/core/args';
import { Command } from '@oclif/core/command';
import { submitFlags } from '../../src/command-line/flags/jobs-flags.js';

export default class JobsSubmit extends Command {
  static override summary = 'Put a list of images into a queue for many machines.';

  static override description = [
    'Takes the sources and the flags of pipe. The list is cut into shards, each frozen in a file or object of its ' +
      'own in OUT/.srgan/jobs beside the options, and a job for each goes into the queue on Redis. It waits while ' +
      '--high-water jobs wait. What it is interrupted in, the same command goes on with; a shard that is in the ' +
      'queue, or done, is there once.',
    'Every worker needs the sources, the network and OUT under the same paths or addresses. The id of the manifest ' +
      'is printed to standard output.',
    'Exit status: 0 all is in the queue; 2 nothing matched, Redis is not there, or the command line or the set-up ' +
      'is wrong; 130 or 143 interrupted.',
  ].join('\n\n');

  static override examples = [
    {
      description: 'A tree on shared storage',
      command:
        "<%= config.bin %> jobs submit '/data/photos/**/*.jpg' /data/upscaled --redis redis://queue:6379",
    },
    {
      description: 'From a bucket to a bucket: the machines share no directory',
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
      description: "Files, directories and globs, then the output directory; or '-' for a list.",
      ignoreStdin: true,
    }),
  };

  static override flags = submitFlags;

  async run(): Promise<void> {
    const { flags, raw } = await this.parse(JobsSubmit);
    // oclif sorts `argv` by first mention, which confuses an argument with an equal value of a flag
    const args = raw.filter(({ type }) => type === 'arg').map(({ input }) => input);
    const { runJobsSubmit } = await import('../../src/apps/jobs/run-jobs-submit.js');
    process.exitCode = await runJobsSubmit(args, flags);
  }
}
