import test from 'ava';
import ProfileMemory from '../../commands/profile-memory.js';
import { splitCommand } from '../../src/command-line/split-command.js';

const split = (line: string) => splitCommand(line.split(' ').filter(Boolean), ProfileMemory.flags);

test('its own flags end where the command begins, whatever flags that has', (t) => {
  const command = ['pipe', 'in', 'out', '--json', '--interval', '5'];
  for (const own of [
    [],
    ['--json'],
    ['--interval', '20', '--compare'],
    ['--interval=20'],
    ['--out-dir', 'x'],
  ])
    t.deepEqual(split([...own, ...command].join(' ')), { own, command });
  t.deepEqual(split('--json -- pipe -- in'), { own: ['--json'], command: ['pipe', '--', 'in'] });
  t.deepEqual(split('--unknown pipe in'), { own: ['--unknown'], command: ['pipe', 'in'] });
  t.deepEqual(split('--interval'), { own: ['--interval'], command: [] });
  t.deepEqual(split(''), { own: [], command: [] });
});
