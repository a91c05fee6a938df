import * as Args from '@oclif/core/args';
import { Command } from '@oclif/core/command';
import { modelComparisonFlags } from '../../src/apps/model-comparison/model-comparison-flags.js';

export default class ModelsCompare extends Command {
  static override summary = 'Compare networks on images of your own.';

  static override description = [
    'Makes the images small, lets each network enlarge them again, and tells how near each comes to the originals ' +
      '(PSNR of RGB and of Y, SSIM of Y), how fast it is and how much memory it takes; beside them plain lanczos3. ' +
      'Every network works in a process of its own, through the flow that pipe has, files to files.',
    'Sources are files, directories and globs. The small images are made by bicubic as in papers, on the values as ' +
      'they are stored; originals are cut to a multiple of the factor, and as many pixels at each side are left out ' +
      'of the figures. A network without the factor is used as --scale does. What is written meanwhile lies in the ' +
      'temporary directory of the system and is removed at the end.',
    'Exit status: 0 all compared; 1 an image or a network was left out; 2 nothing matched, or the command line or ' +
      'the set-up is wrong; 130 or 143 interrupted.',
  ].join('\n\n');

  static override examples = [
    '<%= config.bin %> models compare photos',
    {
      description: 'Three networks at x4, one of them a file, with a page to look at',
      command:
        "<%= config.bin %> models compare 'photos/**/*.png' --scale 4 --models esrgan-slim,esrgan-medium,nets/x4plus.param --html networks.html",
    },
    {
      description: 'Fewer images, more rounds, the fastest first, for a program',
      command: '<%= config.bin %> models compare photos --limit 4 --repeat 5 --sort speed --json',
    },
  ];

  static override usage = ['models compare SOURCE... [FLAGS]'];

  static override strict = false;

  static override args = {
    sources: Args.string({
      description: 'Files, directories and globs of the originals.',
      required: true,
      ignoreStdin: true,
    }),
  };

  static override flags = modelComparisonFlags;

  async run(): Promise<void> {
    const { flags: given, raw } = await this.parse(ModelsCompare);
    const sources = raw.filter(({ type }) => type === 'arg').map(({ input }) => input);
    const { fillModelComparisonFlags } =
      await import('../../src/apps/model-comparison/fill-model-comparison-flags.js');
    const { runModelComparison } = await import('../../src/apps/model-comparison/run-model-comparison.js');
    process.exitCode = await runModelComparison(sources, await fillModelComparisonFlags(given));
  }
}
