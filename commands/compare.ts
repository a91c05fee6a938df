import { Command } from '@oclif/core/command';
import * as Flags from '@oclif/core/flags';
import { comparedArgs, compareFlags } from '../src/apps/compare/compare-flags.js';

export default class Compare extends Command {
  static override summary = 'Compare two images by PSNR and SSIM, and side by side on a page.';

  static override description =
    'Prints the figures of psnr. With --html, also writes a page that shows both images with a wipe, blinking, zoom without smoothing, a map of the differences and the place where they are largest. The page is one file and loads nothing.';

  static override examples = [
    '<%= config.bin %> compare original.png result.png --shave 4',
    {
      description: 'With an HTML page',
      command: '<%= config.bin %> compare original.png result.png --html compare.html',
    },
  ];

  static override args = comparedArgs;

  static override flags = {
    html: Flags.string({ helpValue: 'FILE', description: 'Write an HTML page to FILE.' }),
    ...compareFlags,
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Compare);
    const { compareImages } = await import('../src/pixels/metrics/compare.js');
    const { figuresJson, figuresText } = await import('../src/apps/compare/compare-flags.js');
    const { print } = await import('../src/command-line/output.js');
    const { cellFor } = await import('../src/apps/compare/compare-pictures.js');
    const comparison = await compareImages(args.a, args.b, { shavePx: flags.shave, cellPx: cellFor });
    if (flags.html !== undefined) {
      const { writeComparePage } = await import('../src/apps/compare/compare-page.js');
      await writeComparePage(flags.html, comparison);
    }
    await print(flags.json ? figuresJson(comparison) : figuresText(comparison));
  }
}
