import test from 'ava';
import { explain } from '../../src/command-line/explain.js';
import { SrganError } from '../../src/system/errors.js';

const quietly = { verbose: false };

test('one sentence and what can be done; the causes only where they are wanted', (t) => {
  const cause = new Error('inner', { cause: new TypeError('innermost') });
  const error = new SrganError('E_MODEL', 'x.onnx: no network\u0007.', { hint: 'Look at it.', cause });
  const lines = ['srgan: x.onnx: no network\\x07.', '  Look at it.'];
  t.deepEqual(explain(error, quietly), { lines, exitStatus: 2 });
  t.deepEqual(explain(error, { verbose: true }).lines, [
    ...lines,
    '  cause: Error: inner',
    '  cause: TypeError: innermost',
  ]);
});

test('what the parser of the command line says is told in our words', (t) => {
  const parserError = (message: string) => Object.assign(new Error(message), { oclif: { exit: 2 } });
  const sentences = {
    'Nonexistent flag: --nons\nSee more help with --help': 'There is no flag --nons.',
    'Nonexistent flags: --a, --b\nSee more help with --help': 'There is no flag --a, --b.',
    'command models:nope not found': "There is no command 'models nope'.",
    'Expected --device=foo to be one of: cpu, cuda\nSee more help with --help':
      "--device takes one of cpu, cuda, not 'foo'.",
    'Flag --scale expects a value': 'Flag --scale expects a value.',
  };
  for (const [message, sentence] of Object.entries(sentences)) {
    const { lines, exitStatus } = explain(parserError(message), quietly);
    t.is(lines[0], `srgan: ${sentence}`);
    t.is(exitStatus, 2);
  }
});

test('the frame that the parser puts around an error of a flag is taken off', (t) => {
  const error = new SrganError('E_USAGE', 'Expected a number');
  error.message = `Parsing --scale \n\t${error.message}\nSee more help with --help`;
  t.deepEqual(explain(error, quietly), { lines: ['srgan: Expected a number'], exitStatus: 2 });
});

test('a defect says that it is one, and shows its stack only on request', (t) => {
  const { lines, exitStatus } = explain(new TypeError('x is not a function'), quietly);
  t.deepEqual(lines, [
    'srgan: This is a bug in srgan: x is not a function',
    '  Please report it, with the output of -v.',
  ]);
  t.is(exitStatus, 1);
  t.true(explain(new TypeError('x'), { verbose: true }).lines.some((line) => line.includes('explain.test')));
});

test('a plain exit says nothing', (t) => {
  const exit = Object.assign(new Error('EEXIT: 0'), { oclif: { exit: 0 }, code: 'EEXIT' });
  t.deepEqual(explain(exit, quietly), { lines: [], exitStatus: 0 });
});
