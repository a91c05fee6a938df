import { spawnSync } from 'node:child_process';
import test from 'ava';
import { bashCompletion } from '../../src/apps/cli/completion/bash.js';
import { fishCompletion } from '../../src/apps/cli/completion/fish.js';
import { commandWords } from '../../src/apps/cli/completion/command-words.js';
import { zshCompletion } from '../../src/apps/cli/completion/zsh.js';
import { srgan } from '../helpers/cli.js';
import { testWhere } from '../helpers/where.js';

const flags = {
  scale: {
    name: 'scale',
    char: 's',
    type: 'option',
    description: "Any factor; the network's own otherwise.",
  },
  format: { name: 'format', type: 'option', options: ['png', 'jpeg'], description: 'Format [of] results.' },
  tree: { name: 'tree', type: 'boolean', allowNo: true, description: 'Mirror: the tree' },
} as const;
const words = commandWords([
  { id: 'pipe', aliases: [], summary: 'Upscale images.', flags },
  { id: 'models', aliases: ['models:list'], flags: {} },
  { id: 'models:list', aliases: ['models:list'], flags: {} },
  { id: 'models:info', aliases: [], flags: {} },
  { id: 'secret', aliases: [], hidden: true, flags: {} },
]);

const has = (shell: string) => spawnSync(shell, ['-c', 'true']).status === 0;

test('each command once, under each of its names', (t) => {
  t.deepEqual(
    words.map(({ name }) => name),
    ['models', 'models info', 'models list', 'pipe'],
  );
  t.deepEqual(
    words.at(-1)?.flags.map(({ long, summary }) => [long, summary]),
    [
      ['--scale', 'Any factor'],
      ['--format', 'Format [of] results'],
      ['--tree', 'Mirror'],
      ['--no-tree', 'Mirror'],
      ['--help', 'Show help'],
    ],
  );
});

testWhere(has('bash'), 'there is no bash')('bash offers commands, flags, and the values of a flag', (t) => {
  const offered = (...line: string[]) => {
    const script = `${bashCompletion('srgan', words)}
      COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _srgan; echo "\${COMPREPLY[*]}"`;
    const { stdout, stderr } = spawnSync('bash', ['-c', script, 'bash', 'srgan', ...line], {
      encoding: 'utf8',
    });
    t.is(stderr, '');
    return stdout.trim();
  };
  t.is(offered(''), 'models pipe');
  t.is(offered('p'), 'pipe');
  t.is(offered('models', ''), 'info list');
  t.is(offered('models', 'i'), 'info');
  t.is(offered('pipe', '--'), '--scale --format --tree --no-tree --help');
  t.is(offered('pipe', 'in', '--no'), '--no-tree');
  t.is(offered('pipe', '--format', 'j'), 'jpeg');
  t.is(offered('pipe', '--scale', ''), '');
  t.is(offered('pipe', 'mod'), '');
  t.is(offered('models', 'info', '--'), '--help');
});

testWhere(has('bash'), 'there is no bash')('bash completes the commands there are', async (t) => {
  const { stdout: script } = await srgan(['completion', 'bash']);
  const offered = (...line: string[]) => {
    const ask = 'COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _srgan; echo "${COMPREPLY[*]}"';
    const asked = spawnSync('bash', ['-c', `${script}\n${ask}`, 'bash', 'srgan', ...line], {
      encoding: 'utf8',
    });
    t.is(asked.stderr, '');
    return asked.stdout.trim();
  };
  t.is(offered('b'), 'batch');
  t.is(offered('u'), 'upscale');
  t.is(offered('batch', ''), 'list status');
  t.is(offered('batch', 'status', '--b'), '--batch-id');
  t.is(
    offered('batch', 'in', 'out', '--re'),
    '--recursive --retries --resume --resume-strict --retry-failed',
  );
  t.is(offered('pipe', '--se'), '--sequential');
  t.is(offered('upscale', '--format', 'w'), 'webp');
  t.is(offered('batch', 'in', 'out', '--webhook', ''), '');
});

testWhere(has('bash'), 'there is no bash')(
  'bash asks for the names of networks when they are wanted',
  async (t) => {
    const { stdout: script } = await srgan(['completion', 'bash']);
    const offered = (...line: string[]) => {
      const asked = spawnSync(
        'bash',
        [
          '-c',
          `srgan() { [[ "$*" == 'models --names' ]] && echo 'built-in mine'; [[ "$*" == 'models --kept --names' ]] && echo mine; }
        ${script}
        COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _srgan; echo "\${COMPREPLY[*]}"`,
          'bash',
          'srgan',
          ...line,
        ],
        { encoding: 'utf8' },
      );
      t.is(asked.stderr, '');
      return asked.stdout.trim();
    };
    t.is(offered('models', 'info', ''), 'built-in mine');
    t.is(offered('models', 'remove', ''), 'mine');
    t.is(offered('models', 'convert', 'b'), 'built-in');
    t.is(offered('models', 'convert', 'built-in', ''), '');
    t.is(offered('pipe', 'in', '--model', 'm'), 'mine');
    t.is(offered('batch', '-m', ''), 'built-in mine');
    t.is(offered('models', 'add', ''), '');
  },
);

testWhere(has('zsh'), 'there is no zsh')('zsh reads its script', (t) => {
  const { status, stderr } = spawnSync('zsh', ['-n'], {
    input: zshCompletion('srgan', words),
    encoding: 'utf8',
  });
  t.is(stderr, '');
  t.is(status, 0);
});

testWhere(has('fish'), 'there is no fish')('fish offers commands, flags, and the values of a flag', (t) => {
  const offered = (line: string) => {
    const script = `${fishCompletion('srgan', words)}\ncomplete -C '${line}'`;
    const { stdout } = spawnSync('fish', ['-c', script], { encoding: 'utf8' });
    return stdout.split('\n').map((offer) => offer.split('\t')[0]);
  };
  t.true(offered('srgan ').includes('pipe'));
  t.true(offered('srgan models ').includes('info'));
  t.true(offered('srgan pipe --').includes('--scale'));
  t.true(offered('srgan pipe --format ').includes('jpeg'));
});
