import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import sharp from 'sharp';
import { srgan } from '../helpers/cli.js';
import { draw, pipelineOf } from '../helpers/images.js';
import { makeTree } from '../helpers/tree.js';

interface Line {
  readonly kind: string;
  readonly src?: string;
  readonly model?: string;
  readonly modelBecause?: string;
  readonly key?: string;
}

test('the network is chosen for each image: the plan, the journal and -v say which and why', async (t) => {
  const cwd = await makeTree(t);
  const image = () => pipelineOf(draw({ widthPx: 40, heightPx: 30 }));
  await image().png().toFile(join(cwd, 'a.png'));
  await image().jpeg({ quality: 70 }).toFile(join(cwd, 'b.jpg'));
  const plan = await srgan(['pipe', 'a.png', 'b.jpg', 'out', '--dry-run'], { cwd });
  t.regex(plan.stdout, /clean-m +a\.png → out.a\.png \(PNG\)$/m);
  t.regex(plan.stdout, /(photo|clean)-m +b\.jpg → out.b\.jpg \(JPEG quality 70.*\)$/m);

  const args = ['pipe', 'a.png', 'b.jpg', 'out', '-v', '--journal', 'j.ndjson'];
  const run = await srgan(args, { cwd });
  t.is(run.exitCode, 0, run.stderr);
  t.regex(run.stderr, /^done a\.png → out.a\.png by clean-m \(PNG\) /m);
  const lines = (await readFile(join(cwd, 'j.ndjson'), 'utf8'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
  const of = (name: string) => lines.find(({ kind, src }) => kind === 'source' && src?.endsWith(name))!;
  t.like(of('a.png'), { model: 'clean-m', modelBecause: 'PNG' });
  t.regex(of('b.jpg').modelBecause!, /^JPEG quality 70/);

  // the size is another network, or the same one where there is no other: the key tells
  const again = await srgan([...args, '--resume'], { cwd });
  t.regex(again.stderr, /2 skipped/);
});

test('--kind and --effort exclude --model, and name networks for {model}', async (t) => {
  const cwd = await makeTree(t);
  await pipelineOf(draw({ widthPx: 40, heightPx: 30 }))
    .png()
    .toFile(join(cwd, 'a.png'));
  const refused = await srgan(['pipe', 'a.png', 'out', '--kind', 'photo', '--model', 'clean-m'], { cwd });
  t.is(refused.exitCode, 2);
  t.regex(refused.stderr, /--kind/);
  const named = await srgan(['pipe', 'a.png', 'out', '--kind', 'clean', '--name', '{name}-{model}.{ext}'], {
    cwd,
  });
  t.is(named.stdout, `${join('out', 'a-clean-m.png')}\n`);
});

for (const [widthPx, heightPx] of [
  [1, 1],
  [2, 5],
  [3, 1],
  [1, 40],
] as const) {
  test(`${widthPx}×${heightPx} pixels come out twice as large, near to what they were`, async (t) => {
    const cwd = await makeTree(t);
    const flat = {
      create: { width: widthPx, height: heightPx, channels: 3 as const, background: '#c86432' },
    };
    await sharp(flat).png().toFile(join(cwd, 'a.png'));
    const run = await srgan(['upscale', 'a.png', 'b.png', '--verify'], { cwd });
    t.is(run.exitCode, 0, run.stderr);
    const { data, info } = await sharp(join(cwd, 'b.png')).raw().toBuffer({ resolveWithObject: true });
    t.deepEqual([info.width, info.height], [2 * widthPx, 2 * heightPx]);
    data.forEach((value, at) => t.true(Math.abs(value - [200, 100, 50][at % 3]!) < 24, `${at}: ${value}`));
  });
}
