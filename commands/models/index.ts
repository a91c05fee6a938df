import * as Flags from '@oclif/core/flags';
import { Command } from '@oclif/core/command';
import { jsonFlag } from '../../src/command-line/flags/report-flags.js';

export default class Models extends Command {
  static override summary = 'List available networks.';

  static override description =
    "Shows for each factor the receptive-field radius (how far a tile overlaps its neighbours), and the multiply-adds and parameters (how much work it is). Built-in networks come first, then those added by 'models add'.";

  static override aliases = ['models:list'];

  static override examples = ['<%= config.bin %> models', '<%= config.bin %> models --json'];

  static override flags = {
    ...jsonFlag,
    kept: Flags.boolean({ description: "List only networks added by 'models add'." }),
    names: Flags.boolean({ description: 'Print only names, one per line.', exclusive: ['json'] }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Models);
    const { print } = await import('../../src/command-line/output.js');
    if (flags.names) {
      const { networkNames } = await import('../../src/network/models/networks.js');
      const { keptNames } = await import('../../src/network/models/kept/kept-families.js');
      const names = await (flags.kept ? keptNames() : networkNames());
      await print(names.map((name) => `${name}\n`).join(''));
      return;
    }
    const { listNetworks } = await import('../../src/network/models/networks.js');
    const { networksTable } = await import('../../src/apps/cli/network-tables.js');
    const all = await listNetworks();
    const networks = flags.kept ? all.filter(({ kept }) => kept) : all;
    await print(flags.json ? `${JSON.stringify(networks, null, 2)}\n` : networksTable(networks));
  }
}
