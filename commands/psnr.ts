import { Command } from '@oclif/core/command';
import { comparedArgs, compareFlags } from '../src/apps/compare/compare-flags.js';

export default class Psnr extends Command {
  static override summary = 'Measure the similarity of two images: PSNR and SSIM.';

  static override description = [
    'Prints PSNR in dB and SSIM (Wang et al. 2004) over RGB and on Y (BT.601 luma, 16 to 235), as papers on super-resolution do; they ignore as many border pixels as the factor, as --shave does. Images of 8 and 16 bits, gray, colour and alpha are brought to one scale; colour is premultiplied by alpha, and alpha counts separately. Values are compared as stored, without colour profiles, after applying the orientation.',
    'With --json, a PSNR is null when nothing differs.',
  ].join('\n\n');

  static override examples = [
    {
      description: 'An x4 result against the original',
      command: '<%= config.bin %> psnr original.png result.png --shave 4',
    },
    {
      description: 'One figure for a script',
      command: '<%= config.bin %> psnr a.png b.png --json | jq .psnrDb.y',
    },
  ];

  static override args = comparedArgs;
  static override flags = compareFlags;

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Psnr);
    const { compareImages } = await import('../src/pixels/metrics/compare.js');
    const { figuresJson, figuresText } = await import('../src/apps/compare/compare-flags.js');
    const { print } = await import('../src/command-line/output.js');
    const comparison = await compareImages(args.a, args.b, { shavePx: flags.shave });
    await print(flags.json ? figuresJson(comparison) : figuresText(comparison));
  }
}
