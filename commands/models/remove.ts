import * as Args from '@oclif/core/args';
import { Command } from '@oclif/core/command';

export default class ModelsRemove extends Command {
  static override summary = 'Remove an added network.';

  static override description =
    "Removes only networks added by 'models add'; built-in and installed ones stay.";

  static override examples = ['<%= config.bin %> models remove realesrgan-x4plus'];

  static override args = {
    name: Args.string({
      description: "A name from 'srgan models --kept'.",
      required: true,
      ignoreStdin: true,
    }),
  };

  async run(): Promise<void> {
    const { args } = await this.parse(ModelsRemove);
    const { removeKept } = await import('../../src/network/models/kept/kept-families.js');
    await removeKept(args.name);
    process.stderr.write(`${args.name}: removed.\n`);
  }
}
