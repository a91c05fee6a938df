import * as Args from '@oclif/core/args';
import { Command } from '@oclif/core/command';
import { trainFlags } from '../src/apps/train/train-flags.js';

export default class Train extends Command {
  static override summary = 'Train a network for your own kind of pictures.';

  static override usage = 'train PICTURE... --out FILE.onnx [FLAGS]';

  static override description = [
    'Learns to enlarge pictures like the given ones: scans of one archive, one game, one artist. Pictures are files, directories and globs; a few dozen large ones are enough. They are made smaller in the way that --degrade says, and the network learns the way back. Begin from a built-in network with --from to need far fewer steps.',
    'Every minute the averaged network is judged on pictures that it does not learn from, and FILE.onnx, FILE.srgan.json and FILE.checkpoint are written. Ctrl-C saves; --resume continues to the same end. The result works with --model FILE.onnx and with models add.',
    'Computes with the native kernels of srgan, on every core. Prints the path of the network to standard output.',
    'Exit status: 0 trained; 2 no picture, or a wrong command line or set-up; 129, 130 or 143 interrupted.',
  ].join('\n\n');

  static override examples = [
    '<%= config.bin %> train scans --out scans-x2.onnx --from clean-m --hours 1',
    {
      description: 'From nothing, for photographs with JPEG artifacts, with a page to watch',
      command:
        '<%= config.bin %> train photos --out photo-x4.onnx --scale 4 --degrade photo --hours 8 --html curve.html',
    },
    {
      description: 'Continue after Ctrl-C, with the same flags',
      command: '<%= config.bin %> train scans --out scans-x2.onnx --from clean-m --hours 1 --resume',
    },
  ];

  static override strict = false;

  static override args = {
    pictures: Args.string({
      description: 'Files, directories and globs of pictures to learn from.',
      required: true,
      ignoreStdin: true,
    }),
  };

  static override flags = trainFlags;

  async run(): Promise<void> {
    const { flags, raw } = await this.parse(Train);
    const pictures = raw.filter(({ type }) => type === 'arg').map(({ input }) => input);
    const { runTrain } = await import('../src/apps/train/run-train.js');
    process.exitCode = await runTrain(pictures, flags);
  }
}
