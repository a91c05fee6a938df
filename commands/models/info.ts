import * as Args from '@oclif/core/args';
import { Command } from '@oclif/core/command';
import { jsonFlag } from '../../src/command-line/flags/report-flags.js';

export default class ModelsInfo extends Command {
  static override summary = 'Show details of a network.';

  static override examples = [
    '<%= config.bin %> models info esrgan-slim',
    '<%= config.bin %> models info models/realesr-animevideov3-x2.param',
  ];

  static override description =
    'For a file, each fact is shown with its origin: the file itself, its graph, a test run, or NAME.srgan.json beside NAME.onnx, where any of them can be stated.';

  static override args = {
    name: Args.string({
      description:
        "A name from 'srgan models', or the path of an .onnx, .param, .bin or .rsr file or a model.json.",
      required: true,
      ignoreStdin: true,
    }),
  };

  static override flags = jsonFlag;

  async run(): Promise<void> {
    const { args, flags } = await this.parse(ModelsInfo);
    const { describeFile, describeKept, isNetworkFile, listNetworks } =
      await import('../../src/network/models/networks.js');
    const { fileInfo, keptInfo, networkInfo, pickNetwork } =
      await import('../../src/apps/cli/network-tables.js');
    const { print } = await import('../../src/command-line/output.js');
    if (await isNetworkFile(args.name)) {
      const file = await describeFile(args.name);
      await print(flags.json ? `${JSON.stringify(file, null, 2)}\n` : fileInfo(file));
      return;
    }
    const kept = await describeKept(args.name);
    if (kept) {
      const { listing, files } = kept;
      await print(
        flags.json ? `${JSON.stringify({ ...listing, files }, null, 2)}\n` : keptInfo(listing, files),
      );
      return;
    }
    const network = pickNetwork(await listNetworks({ folding: true }), args.name);
    await print(flags.json ? `${JSON.stringify(network, null, 2)}\n` : networkInfo(network));
  }
}
