import { join } from 'node:path';
import * as Args from '@oclif/core/args';
import { Command } from '@oclif/core/command';
import * as Flags from '@oclif/core/flags';
import { jsonFlag } from '../src/command-line/flags/report-flags.js';
import { splitCommand } from '../src/command-line/split-command.js';
import { readWholeNumber } from '../src/command-line/values.js';

export default class ProfileMemory extends Command {
  static override summary = 'Run a command and report how much memory it uses.';

  static override description = [
    'Runs COMMAND unchanged, with its own standard input and output, and samples the resident memory of all its processes, the heap and external memory of its threads, and the number of images in each stage. Signals are passed to the command, and its exit status is returned. Flags of profile-memory go before COMMAND.',
    'Prints base, peak and mean, the growth per image and the slope in the second half, with a verdict: steady, growing, or too short to tell. Writes report.txt, samples.csv and memory.html (a page with the curves). The columns of samples.csv are timestamp_ms (since the start), rss_bytes, heap_bytes, external_bytes, in_flight, pss_bytes, processes, images_ended and the images in each stage; unknown values are empty.',
    '--compare runs the work once more with --sequential, into a temporary directory that is removed afterwards, and prints the ratio of the peaks.',
  ].join('\n\n');

  static override examples = [
    '<%= config.bin %> profile-memory pipe photos out --threads 4',
    {
      description: 'Compared with sequential processing',
      command: '<%= config.bin %> profile-memory --compare pipe photos out --threads 4',
    },
    {
      description: 'Finer sampling, into a given directory',
      command: '<%= config.bin %> profile-memory --interval 20 --out-dir memory pipe photos out',
    },
  ];

  static override usage = 'profile-memory [FLAGS] COMMAND ARGS...';

  static override strict = false;

  static override args = {
    command: Args.string({
      description: 'A <%= config.bin %> command with its arguments and flags.',
      ignoreStdin: true,
    }),
  };

  static override flags = {
    interval: Flags.custom<number>({
      helpValue: 'MS',
      description: 'Sampling interval in milliseconds, 10 to 60000 (default: 100).',
      parse: (text) => Promise.resolve(readWholeNumber(text, '--interval')),
    })(),
    'out-dir': Flags.string({
      helpValue: 'DIR',
      description: 'Directory for the reports (default: srgan-memory-DATE-TIME).',
    }),
    compare: Flags.boolean({ description: 'Run once more with --sequential and compare.' }),
    json: Flags.boolean({
      ...jsonFlag.json,
      description: "Print the figures as one JSON document; the command's own output goes to standard error.",
    }),
  };

  async run(): Promise<void> {
    const { own, command } = splitCommand(this.argv, ProfileMemory.flags);
    const { flags } = await this.parse(ProfileMemory, [...own]);
    const { profileMemory } = await import('../src/apps/profile/profile-memory.js');
    process.exitCode = await profileMemory(join(this.config.root, 'bin', 'run.js'), command, flags);
  }
}
