import { Command } from '@oclif/core/command';
import { jsonFlag } from '../../src/cli/report-flags.js';

export default class Models extends Command {
  static override summary = 'List the networks there are.';

  static override description =
    'For each factor: the receptive-field radius, which is how far a tile overlaps its neighbours, and the ' +
    'multiply-adds and parameters, which say how much work it is.';

  static override aliases = ['models:list'];

  static override examples = ['<%= config.bin %> models', '<%= config.bin %> models --json'];

  static override flags = jsonFlag;

  async run(): Promise<void> {
    const { flags } = await this.parse(Models);
    const { listNetworks } = await import('../../src/models/networks.js');
    const { networksTable } = await import('../../src/reports/networks.js');
    const { print } = await import('../../src/cli/output.js');
    const networks = await listNetworks();
    await print(flags.json ? `${JSON.stringify(networks, null, 2)}\n` : networksTable(networks));
  }
}
