import * as Flags from '@oclif/core/flags';
import { Command } from '@oclif/core/command';
import { jsonFlag } from '../../src/command-line/flags/report-flags.js';

export default class Models extends Command {
  static override summary = 'List the networks there are.';

  static override description =
    'For each factor: the receptive-field radius, which is how far a tile overlaps its neighbours, and the ' +
    'multiply-adds and parameters, which say how much work it is. Built-in networks come first, then what ' +
    'models add has kept.';

  static override aliases = ['models:list'];

  static override examples = ['<%= config.bin %> models', '<%= config.bin %> models --json'];

  static override flags = {
    ...jsonFlag,
    kept: Flags.boolean({ description: 'Only what models add has kept.' }),
    names: Flags.boolean({ description: 'Print names alone, one a line.', exclusive: ['json'] }),
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
