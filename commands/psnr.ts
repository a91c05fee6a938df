import { Command } from '@oclif/core/command';
import { comparedArgs, compareFlags } from '../src/apps/compare/compare-flags.js';

export default class Psnr extends Command {
  static override summary = 'Measure how alike two images are: PSNR and SSIM.';

  static override description = [
    'PSNR in dB and SSIM (Wang et al. 2004) over red, green and blue, and on Y, the luma of BT.601 from 16 to ' +
      '235, as papers on super-resolution give them; they leave out as many pixels at each side as the factor, ' +
      'which --shave does. Images of 8 and of 16 bits, gray, colour and alpha are brought to one scale; colour ' +
      'counts premultiplied by alpha, and alpha apart. Values are compared as they are stored, without colour ' +
      'profiles, and upright.',
    'With --json a PSNR is null where nothing differs.',
  ].join('\n\n');

  static override examples = [
    {
      description: 'A result of factor 4 against the original',
      command: '<%= config.bin %> psnr original.png result.png --shave 4',
    },
    {
      description: 'One figure for a program',
      command: '<%= config.bin %> psnr a.png b.png --json | jq .psnrDb.y',
    },
  ];

  static override args = comparedArgs;
  static override flags = compareFlags;

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Psnr);
    const { compareImages } = await import('../src/pixels/metrics/compare.js');
    const { figuresJson, figuresText } = await import('../src/apps/compare/compare-figures.js');
    const { print } = await import('../src/command-line/output.js');
    const comparison = await compareImages(args.a, args.b, { shavePx: flags.shave });
    await print(flags.json ? figuresJson(comparison) : figuresText(comparison));
  }
}
