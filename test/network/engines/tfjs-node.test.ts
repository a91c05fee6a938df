import { openEngine } from '../../../src/network/engines/select.js';
import { testOnTfjsNode } from '../../helpers/tfjs-node.js';
import { checkTfjs } from './tfjs-tests.js';

checkTfjs(testOnTfjsNode, 'node');

testOnTfjsNode('it says what it runs on', async (t) => {
  const { note } = await openEngine({ engine: 'tfjs', device: 'cpu', tfjs: 'node' });
  t.log(note);
  t.regex(note ?? '', /^The tfjs engine runs on tfjs-node 4\.\d+\.\d+ and TensorFlow 2\.\d+\.\d+\.$/);
});
