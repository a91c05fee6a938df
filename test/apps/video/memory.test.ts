import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { startSrgan } from '../../helpers/cli.js';
import { ffmpeg, filmTest, picture } from '../../helpers/films.js';

const FRAMES = 10_000;

filmTest('memory is flat over 10,000 frames', async (t, cwd) => {
  if (process.platform !== 'linux') {
    t.pass('skipped: it reads /proc');
    return;
  }
  t.timeout(600_000);
  const fast = ['-preset', 'ultrafast', '-pix_fmt', 'yuv420p'];
  await ffmpeg(cwd, ...picture('testsrc2=size=64x48:rate=25', FRAMES), '-c:v', 'libx264', ...fast, 'a.mkv');
  // what is remembered of tiles is bounded by its bytes, which so small frames would never reach
  const args = [
    '--effort',
    'fast',
    '--kind',
    'clean',
    '--threads',
    '2',
    '--max-memory',
    '64M',
    '--ndjson-out',
  ];
  const { child, ended } = startSrgan(['video', 'a.mkv', join(cwd, 'b.mkv'), ...args, '--', ...fast], {
    cwd,
  });
  const state = { over: false };
  const end = ended.finally(() => (state.over = true));
  const samples: number[] = [];
  while (!state.over) {
    const status = await readFile(`/proc/${child.pid ?? 0}/status`, 'utf8').catch(() => '');
    const [, kilobytes] = /^VmRSS:\s+(\d+)/m.exec(status) ?? [];
    if (kilobytes !== undefined) samples.push(Number(kilobytes) / 1024);
    await setTimeout(100);
  }
  const { exitCode, stdout, stderr } = await end;
  t.is(exitCode, 0, stderr);
  t.is((JSON.parse(stdout.trimEnd().split('\n').at(-1)!) as { frames: number }).frames, FRAMES);
  const part = (from: number, to: number) =>
    Math.max(...samples.slice(Math.floor(from * samples.length), Math.ceil(to * samples.length)));
  const [early, late] = [part(0.25, 0.5), part(0.75, 1)];
  t.log(
    `peak in the second quarter ${early.toFixed(0)} MiB, in the last ${late.toFixed(0)} MiB, ${samples.length} samples`,
  );
  t.true(late < 1.1 * early + 8, `${early} MiB became ${late}`);
});
