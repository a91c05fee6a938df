import * as Args from '@oclif/core/args';
import { Command } from '@oclif/core/command';
import { pipeFlags } from '../src/command-line/flags/pipe-flags.js';

export default class Pipe extends Command {
  static override summary = 'Upscale files, directories, globs or a list of images.';

  static override description = [
    "Sources are files, directories and globs; the last argument is the output directory, which mirrors their tree. With '-', sources are read as a list from standard input; without an output directory, each result goes beside its source as NAME_2x.EXT.",
    'Prints the path of each result to standard output as it is written; everything else goes to standard error. A failed image never stops the others. Ctrl-C finishes the images in progress; a second one stops at once.',
    'Exit status: 0 all done; 1 some image failed; 2 nothing matched, or a wrong command line or set-up; 129, 130 or 143 interrupted; 141 the reader of standard output went away.',
    'Defaults of flags: SRGAN_MAX_MEMORY=2G stands for --max-memory 2G, and so does {"max-memory": "2G"} in srgan.config.json. A flag wins over the environment, which wins over the file.',
  ].join('\n\n');

  static override examples = [
    {
      description: 'Mirror a directory tree at x2',
      command: "<%= config.bin %> pipe 'photos/**/*.jpg' upscaled",
    },
    {
      description: 'Some files and a directory, at x4, as WebP',
      command: '<%= config.bin %> pipe a.png b.jpg scans --out upscaled --scale 4 --format webp',
    },
    {
      description: 'A list from standard input, outputs beside the sources',
      command: 'cat list.txt | <%= config.bin %> pipe -',
    },
    {
      description: 'Any file name, using NUL-separated lists',
      command: "find . -name '*.png' -print0 | <%= config.bin %> pipe -0 - upscaled | xargs -0 ls -l",
    },
    {
      description: 'Preview what would be done',
      command: '<%= config.bin %> pipe photos upscaled --min-size 1920x1080 --dry-run',
    },
  ];

  static override usage = [
    'pipe SOURCE... OUT [FLAGS]',
    'pipe SOURCE... --out DIR [FLAGS]',
    'pipe - [OUT] [FLAGS]',
  ];

  static override strict = false;

  static override args = {
    sources: Args.string({
      description:
        "Files, directories and globs, then the output directory; or '-' to read a list from standard input.",
      ignoreStdin: true,
    }),
  };

  static override flags = pipeFlags;

  async run(): Promise<void> {
    const { flags: given, raw } = await this.parse(Pipe);
    const { fillFlags } = await import('../src/command-line/flags/fill-flags.js');
    const flags = await fillFlags(given, pipeFlags);
    // oclif sorts `argv` by first mention, which confuses an argument with an equal value of a flag
    const args = raw.filter(({ type }) => type === 'arg').map(({ input }) => input);

    const { selectInputs } = await import('../src/command-line/inputs.js');
    const { inputs, out } = await selectInputs(args, flags, () => process.stdin);
    if (inputs.kind === 'list' && process.stdin.isTTY) {
      const { showHelp } = await import('../src/command-line/show-help.js');
      await showHelp(this.config, 'pipe');
      process.exitCode = 2;
      return;
    }
    const { optionsOf } = await import('../src/command-line/flags/pipe-options.js');
    const { openWatch } = await import('../src/flow/watch/watch.js');
    const { runPipe } = await import('../src/apps/cli/run-pipe.js');
    const { exitStatus } = await runPipe(flags, { ...optionsOf(flags), inputs, out }, openWatch());
    process.exitCode = exitStatus;
  }
}
