import * as Args from '@oclif/core/args';
import { Command } from '@oclif/core/command';

const SHELLS = ['bash', 'zsh', 'fish'] as const;

export default class Completion extends Command {
  static override summary = 'Print a shell completion script.';

  static override examples = [
    { description: 'bash, in ~/.bashrc', command: 'eval "$(<%= config.bin %> completion bash)"' },
    { description: 'zsh, in ~/.zshrc after compinit', command: 'eval "$(<%= config.bin %> completion zsh)"' },
    {
      description: 'fish, once',
      command: '<%= config.bin %> completion fish > ~/.config/fish/completions/srgan.fish',
    },
  ];

  static override args = {
    shell: Args.string({
      description: 'bash, zsh or fish',
      options: [...SHELLS],
      required: true,
      ignoreStdin: true,
    }),
  };

  async run(): Promise<void> {
    const { args } = await this.parse(Completion);
    const { commandWords } = await import('../src/apps/cli/completion/command-words.js');
    const { print } = await import('../src/command-line/output.js');
    await print((await scriptOf(args.shell))(this.config.bin, commandWords(this.config.commands)));
  }
}

async function scriptOf(shell: string) {
  switch (shell) {
    case 'zsh':
      return (await import('../src/apps/cli/completion/zsh.js')).zshCompletion;
    case 'fish':
      return (await import('../src/apps/cli/completion/fish.js')).fishCompletion;
    default:
      return (await import('../src/apps/cli/completion/bash.js')).bashCompletion;
  }
}
