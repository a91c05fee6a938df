import test from 'ava';
import { openEngine } from '../../src/engines/select.js';
import { checkTfjs } from './tfjs-tests.js';

checkTfjs(test.serial, 'wasm');

test('it says what it runs on', async (t) => {
  const { note } = await openEngine({ engine: 'tfjs', device: 'cpu', tfjs: 'wasm' });
  t.log(note);
  t.regex(
    note ?? '',
    /^The tfjs engine runs on WebAssembly \(tfjs 4\.\d+\.\d+\), since @tensorflow\/tfjs-node /,
  );
});
