import test from 'ava';
import { logLevel } from '../../src/command-line/log-level.js';

const tty = { isTTY: true };

test('a bar and colours only on a terminal that has them', (t) => {
  t.deepEqual(logLevel({}, tty, {}), { level: 'normal', live: true, coloured: true });
  t.deepEqual(logLevel({}, {}, {}), { level: 'normal', live: false, coloured: false });
  t.deepEqual(logLevel({}, tty, { TERM: 'dumb' }), { level: 'normal', live: false, coloured: false });
  t.deepEqual(logLevel({}, tty, { NO_COLOR: '1' }), { level: 'normal', live: true, coloured: false });
  t.true(logLevel({}, tty, { NO_COLOR: '' }).coloured);
});

test('quiet and verbose', (t) => {
  t.is(logLevel({ quiet: true }, tty, {}).level, 'quiet');
  t.is(logLevel({ verbose: true }, tty, {}).level, 'verbose');
});
