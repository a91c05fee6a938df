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
    const { modelInfo } = await import('../../src/apps/cli/model-info.js');
    const { print } = await import('../../src/command-line/output.js');
    const { text, facts } = await modelInfo(args.name);
    await print(flags.json ? `${JSON.stringify(facts, null, 2)}\n` : text);
  }
}
