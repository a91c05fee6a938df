import * as Args from '@oclif/core/args';
import { Command } from '@oclif/core/command';
import { upscaleFlags } from '../src/command-line/flags/upscale-flags.js';

export default class Upscale extends Command {
  static override summary = 'Upscale one image.';

  static override description = [
    "IN and OUT are files, or '-' for image bytes on standard input and standard output. The extension of OUT sets the format; without one, --format or the format of IN does. Missing directories are created.",
    'OUT is complete or not there at all; nothing is written to standard output before the whole image has succeeded. Standard input may have up to 1 GiB.',
    'Exit status: 0 done; 1 the image failed; 2 a wrong command line or set-up; 129, 130 or 143 interrupted; 141 the reader of standard output went away.',
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
