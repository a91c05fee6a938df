import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { shell, srgan } from '../helpers/cli.js';
import { savePngs } from '../helpers/pngs.js';
import { makeTree } from '../helpers/tree.js';
import { onLinux, testWhere } from '../helpers/where.js';

const resize = ['--engine', 'resize', '--threads', '1'];

/** exFAT takes upper and lower case for one; FUSE mounts it where the kernel knows no FAT. */
const mountsExfat =
  process.platform === 'linux' &&
  process.getuid?.() === 0 &&
  existsSync('/dev/fuse') &&
  ['mkfs.exfat', 'mount.exfat-fuse', 'losetup'].every((tool) => spawnSync('which', [tool]).status === 0) &&
  spawnSync('unshare', ['-m', 'sh', '-c', 'mount -t tmpfs tmpfs /mnt && losetup -f']).status === 0;

testWhere(mountsExfat, 'exFAT cannot be mounted here: that takes root, /dev/fuse, exfat-fuse and exfatprogs')(
  'on a file system that folds case, two sources with one name there are refused, both named; the rest is done',
  async (t) => {
    const cwd = await makeTree(t, ['out/']);
    await savePngs(join(cwd, 'in'), ['A.png', 'a.png', 'b.png', '\u00e9.png', 'e\u0301.png'], 8, 8);
    const inside = [
      'truncate -s 4M disk; mkfs.exfat disk > made.txt; device=$(losetup -f --show disk)',
      'mount.exfat-fuse "$device" out > mounted.txt',
      `$SRGAN pipe in out ${resize.join(' ')}; echo $?`,
      `printf 'in/b.png\\nin/a.png\\nin/A.png\\n' | $SRGAN pipe --name streamed/{name}.{ext} - out ${resize.join(' ')}; echo $?`,
      'ls -A out out/streamed; umount out; losetup -d "$device"',
    ].join('\n');
    // the inner shell expands what is quoted
    const { stdout, stderr } = await shell(`unshare -m bash -c '${inside.replaceAll("'", `'"'"'`)}'`, {
      cwd,
    });
    const refused = stderr.split('\n').filter((line) => line.startsWith('  E_COLLISION'));
    t.deepEqual(refused, [
      '  E_COLLISION in/A.png: its result out/A.png would be that of in/a.png as well.',
      '  E_COLLISION in/a.png: its result out/a.png would be that of in/A.png as well.',
      '  E_COLLISION in/A.png: its result out/streamed/A.png would be that of in/a.png as well.',
    ]);
    t.regex(stderr, /^ {4}Upper and lower case, or two forms of a letter, are one name there: /m);
    const [there, streamed] = stdout.split('out/streamed:\n');
    // exFAT keeps the forms of a letter apart
    t.deepEqual(listed(there!.split('out:\n')[1]!), ['b.png', 'e\u0301.png', 'streamed', '\u00e9.png']);
    t.deepEqual(listed(streamed!), ['a.png', 'b.png']);
  },
);

const listed = (text: string) => text.split('\n').filter(Boolean).sort();

onLinux('where nothing is folded, names that differ in case or form are all done', async (t) => {
  const cwd = await makeTree(t);
  const names = ['A.png', 'a.png', 'e\u0301.png', '\u00e9.png'];
  await savePngs(join(cwd, 'in'), names, 8, 8);
  const { exitCode, stderr } = await srgan(['pipe', 'in', 'out', ...resize], { cwd });
  t.is(exitCode, 0, stderr);
  t.deepEqual((await readdir(join(cwd, 'out'))).sort(), names);
});
