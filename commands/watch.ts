import * as Args from '@oclif/core/args';
import { Command } from '@oclif/core/command';
import { watchFlags } from '../src/command-line/flags/watch-flags.js';

export default class Watch extends Command {
  static override summary = 'Upscale the images that arrive in a folder.';

  static override description = [
    'Images already in IN come first, then each one that arrives, once it has stopped growing. The tree of IN is ' +
      'mirrored under OUT. A file that is replaced is upscaled again; a renamed one counts as new. Results of ' +
      'deleted sources stay.',
    'A journal in OUT/.srgan records what is done, so a restart continues where it stopped and tries failed images ' +
      'again. Paths of results go to standard output, failures to standard error.',
    'Ctrl-C or SIGTERM finishes the images in progress and exits with 130 or 143.',
  ].join('\n\n');

  static override examples = [
    '<%= config.bin %> watch incoming upscaled',
    {
      description: 'A network drive, four times as large, as WebP',
      command: '<%= config.bin %> watch /mnt/nas/in /mnt/nas/out --poll 5 --scale 4 --format webp',
    },
  ];

  static override args = {
    in: Args.string({ description: 'Folder to watch.', required: true, ignoreStdin: true }),
    out: Args.string({ description: 'Folder for the results.', required: true, ignoreStdin: true }),
  };

  static override flags = watchFlags;

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Watch);
    const { runWatch } = await import('../src/apps/watch/run-watch.js');
    process.exitCode = await runWatch(args.in, args.out, flags);
  }
}
