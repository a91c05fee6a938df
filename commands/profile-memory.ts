import { join } from 'node:path';
import * as Args from '@oclif/core/args';
import { Command } from '@oclif/core/command';
import * as Flags from '@oclif/core/flags';
import { jsonFlag } from '../src/command-line/flags/report-flags.js';
import { splitCommand } from '../src/command-line/split-command.js';
import { readWholeNumber } from '../src/command-line/values.js';

export default class ProfileMemory extends Command {
  static override summary = 'Run another command and report the memory that it takes.';

  static override description = [
    'Runs COMMAND as it stands, with its own standard input and output, and samples the resident memory of it ' +
      'and of all processes below it, the heap and external memory of its threads, and how many images are in ' +
      'each stage. Signals go to the command, and its exit status comes out. Flags of profile-memory stand ' +
      'before COMMAND.',
    'Prints base, peak and mean, the growth per image and the slope in the second half, with a verdict: steady, ' +
      'growing, or too short to tell. Writes report.txt, samples.csv and memory.html, a page with the curves. The ' +
      'columns of samples.csv are timestamp_ms (since the start), rss_bytes, heap_bytes, external_bytes, ' +
      'in_flight, and then pss_bytes, processes, images_ended and the images in each stage; what was not known ' +
      'is empty.',
    'With --compare the work is done once more with --sequential, into a temporary directory that is removed ' +
      'afterwards, and the ratio of both peaks is printed.',
  ].join('\n\n');

  static override examples = [
    '<%= config.bin %> profile-memory pipe photos out --threads 4',
    {
      description: 'Against one image after the other',
      command: '<%= config.bin %> profile-memory --compare pipe photos out --threads 4',
    },
    {
      description: 'More often, to a directory of its own',
      command: '<%= config.bin %> profile-memory --interval 20 --out-dir memory pipe photos out',
    },
  ];

  static override usage = 'profile-memory [FLAGS] COMMAND ARGS...';

  static override strict = false;

  static override args = {
    command: Args.string({
      description: 'A command of <%= config.bin %>, with its arguments and flags.',
      ignoreStdin: true,
    }),
  };

  static override flags = {
    interval: Flags.custom<number>({
      helpValue: 'MS',
      description: 'Take a sample every MS milliseconds, 10 to 60000; otherwise 100.',
      parse: (text) => Promise.resolve(readWholeNumber(text, '--interval')),
    })(),
    'out-dir': Flags.string({
      helpValue: 'DIR',
      description: 'Directory of the reports; otherwise srgan-memory-DATE-TIME.',
    }),
    compare: Flags.boolean({ description: 'Do the work once more with --sequential, and compare.' }),
    json: Flags.boolean({
      ...jsonFlag.json,
      description: 'Print the figures as one JSON document; what the command prints goes to standard error.',
    }),
  };

  async run(): Promise<void> {
    const { own, command } = splitCommand(this.argv, ProfileMemory.flags);
    const { flags } = await this.parse(ProfileMemory, [...own]);
    const { profileMemory } = await import('../src/apps/profile/profile-memory.js');
    process.exitCode = await profileMemory(join(this.config.root, 'bin', 'run.js'), command, flags);
  }
}
