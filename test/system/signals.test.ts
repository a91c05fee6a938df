import { spawn } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { makeTree } from '../helpers/tree.js';
import { testWhere } from '../helpers/where.js';

const source = (path: string) => JSON.stringify(new URL(`../../src/${path}`, import.meta.url).href);

/** Has a temp file, and a worker thread that never yields, as one inside a network. */
const PROGRAM = `
  import { writeFileSync } from 'node:fs';
  import { Worker } from 'node:worker_threads';
  const { openInterrupts } = await import(${source('system/signals.js')});
  const { trackTempPath } = await import(${source('system/files/temp-files.js')});
  writeFileSync('temp', '');
  writeFileSync('kept', '');
  trackTempPath('temp');
  const interrupts = openInterrupts((signal) => console.log('first', signal));
  interrupts.drain.addEventListener('abort', () => console.log('drained', interrupts.exitStatus));
  const worker = new Worker('require("node:worker_threads").parentPort.postMessage(0); for (;;);', {
    eval: true,
    execArgv: [],
  });
  worker.once('message', () => console.log('ready'));
`;

testWhere(process.platform !== 'win32', 'Windows has no such signals')(
  'once: drain; twice: temp files gone, and dead by the signal, whatever the threads do',
  async (t) => {
    for (const [first, second, status] of [
      ['SIGINT', 'SIGINT', 130],
      ['SIGTERM', 'SIGINT', 143],
      ['SIGINT', 'SIGTERM', 130],
      ['SIGHUP', 'SIGINT', 129],
      ['SIGTERM', 'SIGQUIT', 143],
    ] as const) {
      const cwd = await makeTree(t);
      const child = spawn(process.execPath, ['--input-type=module', '-e', PROGRAM], {
        cwd,
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let text = '';
      child.stdout.setEncoding('utf8').on('data', (piece: string) => {
        const before = text;
        text += piece;
        if (!before.includes('ready') && text.includes('ready')) child.kill(first);
        if (!before.includes('drained') && text.includes('drained')) {
          // the shell and the system both tell of a closed terminal: that counts once
          if (first === 'SIGHUP') child.kill('SIGHUP');
          child.kill(second);
        }
      });
      const signal = await new Promise((resolve) => child.once('close', (_code, by) => resolve(by)));
      t.is(text, `ready\nfirst ${first}\ndrained ${status}\n`);
      t.is(signal, second);
      t.deepEqual(await readdir(cwd), ['kept']);
    }
  },
);
