import test from 'ava';
import { temporaryDirectory } from '../helpers/temporary-directory.js';
import { THOROUGH } from '../helpers/thorough.js';
import { fuzz } from './run.js';

const CASES = THOROUGH ? 4200 : 2100;

test('images that are cut off or damaged in any way end in a stable code, or are done with right', async (t) => {
  const { ends, wrong } = await fuzz(await temporaryDirectory(t), CASES, 1);
  t.log(
    `${CASES} cases: ${Object.entries(ends)
      .map(([end, count]) => `${end} ${count}`)
      .join(', ')}`,
  );
  t.deepEqual(wrong, []);
  t.is(
    Object.values(ends).reduce((sum, count) => sum + count),
    CASES,
  );
  // most damage is found, and not everything is refused
  t.true(ends['E_TRUNCATED']! > CASES / 4 && ends['E_DECODE']! > CASES / 20 && ends['done']! > 50);
});
