import test from 'ava';
import { openEngine } from '../../../src/network/engines/select.js';
import { checkTfjs } from './tfjs-tests.js';

// the first to load it in this process
test.serial('loading leaves it to the process how an error ends it', async (t) => {
  const listeners = () =>
    ['uncaughtException', 'unhandledRejection'].map((event) => process.listenerCount(event));
  const before = listeners();
  await openEngine({ engine: 'tfjs', device: 'cpu', tfjs: 'wasm' });
  t.deepEqual(listeners(), before);
});

checkTfjs(test.serial, 'wasm');

test('it says what it runs on', async (t) => {
  const { note } = await openEngine({ engine: 'tfjs', device: 'cpu', tfjs: 'wasm' });
  t.log(note);
  t.regex(
    note ?? '',
    /^The tfjs engine runs on WebAssembly \(tfjs 4\.\d+\.\d+\), since @tensorflow\/tfjs-node /,
  );
});
