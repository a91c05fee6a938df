import * as Args from '@oclif/core/args';
import { Command } from '@oclif/core/command';
import { convertFlags } from '../../src/apps/cli/convert-flags.js';

export default class ModelsConvert extends Command {
  static override summary = 'Convert a network to ONNX.';

  static override description =
    "The ONNX file takes 1 × 3 × height × width floats (red, green, blue) and returns the image enlarged by the factor. Its value range, 0..1 or 0..255, is the network's own and is printed to standard error. Prints the path of the file to standard output.";

  static override examples = [
    '<%= config.bin %> models convert esrgan-slim slim-x4.onnx --scale 4',
    '<%= config.bin %> models convert my-network/model.json my-network.onnx',
  ];

  static override args = {
    in: Args.string({
      description: "A name from 'srgan models', or the path of a network.",
      required: true,
      ignoreStdin: true,
    }),
    out: Args.string({ description: 'Path of the .onnx file to write.', required: true, ignoreStdin: true }),
  };

  static override flags = convertFlags;

  async run(): Promise<void> {
    const { args, flags } = await this.parse(ModelsConvert);
    const { convertToOnnx } = await import('../../src/network/models/convert.js');
    const { convertedLine } = await import('../../src/apps/cli/network-tables.js');
    const { print } = await import('../../src/command-line/output.js');
    const { scale: factor, fold, overwrite } = flags;
    const network = await convertToOnnx(args.in, args.out, { factor, fold, overwrite });
    process.stderr.write(`${convertedLine(network)}\n`);
    await print(`${args.out}\n`);
  }
}
