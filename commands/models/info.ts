import * as Args from '@oclif/core/args';
import { Command } from '@oclif/core/command';
import { jsonFlag } from '../../src/cli/report-flags.js';

export default class ModelsInfo extends Command {
  static override summary = 'Tell all about one family of networks.';

  static override examples = ['<%= config.bin %> models info esrgan-slim'];

  static override args = {
    name: Args.string({
      description: "A name that 'srgan models' lists.",
      required: true,
      ignoreStdin: true,
    }),
  };

  static override flags = jsonFlag;

  async run(): Promise<void> {
    const { args, flags } = await this.parse(ModelsInfo);
    const { listNetworks } = await import('../../src/models/networks.js');
    const { networkInfo, pickNetwork } = await import('../../src/reports/networks.js');
    const { print } = await import('../../src/cli/output.js');
    const network = pickNetwork(await listNetworks({ folding: true }), args.name);
    await print(flags.json ? `${JSON.stringify(network, null, 2)}\n` : networkInfo(network));
  }
}
