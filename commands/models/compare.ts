import * as Args from '@oclif/core/args';
import { Command } from '@oclif/core/command';
import { modelComparisonFlags } from '../../src/apps/model-comparison/model-comparison-flags.js';

export default class ModelsCompare extends Command {
  static override summary = 'Compare networks on your own images.';

  static override description = [
    'Downscales the images, lets each network enlarge them again, and prints how close each comes to the originals (PSNR of RGB and Y, SSIM of Y), its speed and its peak memory, beside lanczos3. Every network runs in a process of its own, files to files, through the same flow as pipe.',
    "Sources are files, directories and globs. Images are made small by bicubic as in papers, on the stored values; originals are cropped to a multiple of the factor, and that many pixels at each border are left out of the figures. A network without the factor is used as with --scale. Temporary files go to the system's temporary directory and are removed.",
    'Exit status: 0 all compared; 1 an image or network was left out; 2 nothing matched, or a wrong command line or set-up; 130 or 143 interrupted.',
  ].join('\n\n');

  static override examples = [
    '<%= config.bin %> models compare photos',
    {
      description: 'Three networks at x4, one of them a file, with an HTML page',
      command:
        "<%= config.bin %> models compare 'photos/**/*.png' --scale 4 --models esrgan-slim,esrgan-medium,nets/x4plus.param --html networks.html",
    },
    {
      description: 'Fewer images, more rounds, fastest first, as JSON',
      command: '<%= config.bin %> models compare photos --limit 4 --repeat 5 --sort speed --json',
    },
  ];

  static override usage = ['models compare SOURCE... [FLAGS]'];

  static override strict = false;

  static override args = {
    sources: Args.string({
      description: 'Files, directories and globs of original images.',
      required: true,
      ignoreStdin: true,
    }),
  };

  static override flags = modelComparisonFlags;

  async run(): Promise<void> {
    const { flags: given, raw } = await this.parse(ModelsCompare);
    const sources = raw.filter(({ type }) => type === 'arg').map(({ input }) => input);
    const { fillModelComparisonFlags } =
      await import('../../src/apps/model-comparison/model-comparison-flags.js');
    const { runModelComparison } = await import('../../src/apps/model-comparison/run-model-comparison.js');
    process.exitCode = await runModelComparison(sources, await fillModelComparisonFlags(given));
  }
}
