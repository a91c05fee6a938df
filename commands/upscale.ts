import * as Args from '@oclif/core/args';
import { Command } from '@oclif/core/command';
import { upscaleFlags } from '../src/command-line/flags/upscale-flags.js';

export default class Upscale extends Command {
  static override summary = 'Upscale one image.';

  static override description = [
    "IN and OUT are files, or '-' for the bytes of the image on standard input and standard output. The name of " +
      'OUT says its format; where it says none, --format does, or it is that of IN. Directories on the way to ' +
      'OUT are made.',
    'OUT is whole or not there at all, and not a byte goes to standard output before the whole image has ' +
      'succeeded. What is read from standard input may have up to 1 GiB.',
    'Exit status: 0 done; 1 the image failed; 2 the command line or the set-up is wrong; 129, 130 or 143 ' +
      'interrupted; 141 the reader of standard output went away.',
  ].join('\n\n');

  static override examples = [
    '<%= config.bin %> upscale photo.jpg large.jpg --scale 4',
    {
      description: 'From the web to a file',
      command: 'curl -s https://example.org/photo.jpg | <%= config.bin %> upscale - - --format png > big.png',
    },
  ];

  static override usage = 'upscale IN OUT [FLAGS]';

  static override args = {
    in: Args.string({ description: "The image, or '-' for standard input.", ignoreStdin: true }),
    out: Args.string({ description: "The result, or '-' for standard output.", ignoreStdin: true }),
  };

  static override flags = upscaleFlags;

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Upscale);
    const { SrganError } = await import('../src/system/errors.js');
    if (args.in === undefined || args.out === undefined) {
      throw new SrganError('E_USAGE', 'upscale needs an image and the name of the result.', {
        hint: 'Such as: srgan upscale photo.jpg large.jpg',
      });
    }
    if (args.in === '-' && process.stdin.isTTY) {
      const { showHelp } = await import('../src/command-line/show-help.js');
      await showHelp(this.config, 'upscale');
      process.exitCode = 2;
      return;
    }
    const { runUpscale } = await import('../src/apps/cli/run-upscale.js');
    process.exitCode = await runUpscale(args.in, args.out, flags);
  }
}
