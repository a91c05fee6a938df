import test from 'ava';
import { SrganError } from '../../src/system/errors.js';
import type { Outcome } from '../../src/contract/job.js';
import { openHuman, type HumanOptions } from '../../src/report/human.js';
import { openTally } from '../../src/flow/summary.js';
import { TALLY_FACTS } from '../helpers/tally-facts.js';

const outcomeOf = (rest: Partial<Outcome>): Outcome => ({
  index: 0,
  src: 'a.png',
  dst: 'out/a.png',
  status: 'done',
  warnings: [],
  inputWidthPx: 1000,
  inputHeightPx: 1000,
  pages: 1,
  ms: { decode: 12, upscale: 340 },
  extra: {},
  ...rest,
});
const failed = outcomeOf({
  status: 'failed',
  src: 'bad\u001b[2J.png',
  code: 'E_DECODE',
  message: 'bad\u001b[2J.png: the image is damaged.',
  hint: 'Look at it.',
  error: new SrganError('E_DECODE', 'x', { cause: new Error('marker 0xd9') }),
});

function open(rest: Partial<HumanOptions>) {
  let text = '';
  let tick: () => void;
  let ticking = false;
  const stream = { columns: 60, write: (piece: string) => void (text += piece) };
  const every = (_ms: number, onTick: () => void) => {
    tick = onTick;
    ticking = true;
    return () => void (ticking = false);
  };
  const human = openHuman({
    stream,
    level: 'normal',
    live: false,
    coloured: false,
    errorsLog: undefined,
    every,
    ...rest,
  });
  const tally = openTally();
  const tell = (outcome: Outcome) => {
    tally.add(outcome);
    human.outcome(outcome);
  };
  const end = () => human.end(tally.close(TALLY_FACTS));
  const taken = () => {
    const all = text;
    text = '';
    return all;
  };
  return { human, tell, end, taken, tick: () => tick(), ticking: () => ticking };
}

test('not on a terminal: a line if there was progress since the last one, then the summary', (t) => {
  const { human, tell, end, taken, tick, ticking } = open({});
  human.total(3);
  tick();
  t.is(taken(), '');
  tell(outcomeOf({}));
  tell(failed);
  t.is(taken(), '');
  tick();
  t.regex(taken(), /^2\/3 images, .* Mpx\/s, ETA .*, 1 failed\n$/);
  tick();
  t.is(taken(), '');
  end();
  t.false(ticking());
  const lines = taken().split('\n');
  t.regex(lines[0] ?? '', /^Upscaled 1 image in .+, 1 failed\.$/);
  t.regex(lines[1] ?? '', /^1\.00 Mpx of input at .+ Mpx\/s\.$/);
  t.regex(
    lines[2] ?? '',
    /^Time, summed over images and 2 threads: decode 24 ms, infer 5 ms, encode 0 ms, write 0 ms, waiting .+\.$/,
  );
  t.regex(lines[3] ?? '', /^Workers busy \d+ %, peak memory .+iB\.$/);
  t.deepEqual(lines.slice(4), [
    '1 failure:',
    '  E_DECODE bad\\x1b[2J.png: the image is damaged.',
    '    Look at it.',
    '',
  ]);
});

test('quiet: only the failures at the end', (t) => {
  const { tell, end, taken, ticking } = open({ level: 'quiet', live: true });
  t.false(ticking());
  tell(outcomeOf({ warnings: ['a.png: alpha was dropped.'] }));
  t.is(taken(), '');
  end();
  t.is(taken(), '');
  const second = open({ level: 'quiet', errorsLog: 'errors.ndjson' });
  second.tell(failed);
  second.end();
  t.deepEqual(second.taken().split('\n'), [
    '1 failure:',
    '  E_DECODE bad\\x1b[2J.png: the image is damaged.',
    '    Look at it.',
    '  All of them are in errors.ndjson.',
    '',
  ]);
});

test('verbose: the times of each image, and the causes of a failure, as they come', (t) => {
  const { tell, end, taken } = open({ level: 'verbose' });
  tell(outcomeOf({ warnings: ['a.png: alpha was dropped.'] }));
  tell(failed);
  tell(outcomeOf({ status: 'skipped', reason: 'the output is already there', ms: {} }));
  t.deepEqual(taken().split('\n'), [
    'warning a.png: alpha was dropped.',
    'done a.png → out/a.png (decode 12 ms, upscale 340 ms)',
    'E_DECODE bad\\x1b[2J.png: the image is damaged.',
    '  cause: Error: marker 0xd9',
    'skipped a.png: the output is already there',
    '',
  ]);
  end();
  t.true(
    taken()
      .split('\n')
      .includes(
        'Images in flight held at most 12.0 MiB of 64.0 MiB. Pixel buffers: 38 of 50 reused, 41.0 MiB held.',
      ),
  );
});

test('further failures are counted, with a hint how to get them', (t) => {
  const { tell, end, taken } = open({ level: 'quiet' });
  for (let i = 0; i < 25; i++) tell(failed);
  for (let i = 0; i < 5; i++) tell({ ...failed, code: 'E_EMPTY' });
  end();
  const lines = taken().trimEnd().split('\n');
  t.is(lines[0], '30 failures:');
  t.deepEqual(lines.slice(-2), [
    '  and 10 more; in all E_DECODE 25, E_EMPTY 5.',
    '  Use --errors-log FILE to get all of them.',
  ]);
});

test('on a terminal: one line redrawn in place, cleared for other output and at the end', (t) => {
  const { human, tell, end, taken, tick } = open({ live: true });
  human.total(2);
  tick();
  const first = taken();
  t.true(first.startsWith('\u001b[?25l\r['));
  t.false(first.includes('\n'));
  t.true(first.length < 60 + 12, 'it is cut to the width, so that it does not wrap');
  human.aside(() => undefined);
  t.regex(taken(), /^\r\u001b\[K\[/);
  tell(outcomeOf({}));
  tick();
  t.regex(taken(), /^\r\[#+-+\] 1\/2 images/);
  human.note('Stopping.');
  t.regex(taken(), /^\r\u001b\[KStopping\.\n\[/);
  end();
  t.regex(taken(), /^\r\u001b\[K\u001b\[\?25hUpscaled 1 image/);
});

test('an unchanged line is not written again', (t) => {
  const { taken, tick, human } = open({ live: true });
  human.total(0);
  tick();
  taken();
  const writes = Array.from({ length: 3 }, () => {
    tick();
    return taken();
  });
  t.true(writes.every((text) => text === '' || text.startsWith('\r')));
  human.close();
  t.is(taken(), '\r\u001b[K\u001b[?25h');
});
