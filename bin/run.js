#!/usr/bin/env node
// CommonJS, because it starts sooner, and because libuv reads the size of its pool before an ES module runs.
const { availableParallelism } = require('node:os');
const { join } = require('node:path');

process.env.UV_THREADPOOL_SIZE ??= String(Math.max(4, availableParallelism() + 2));

const launch = async (argv) => {
  // scripts ask for it often, so nothing else is loaded; the same words as oclif's
  if (argv.length === 1 && argv[0] === '--version') {
    const { name, version } = require('../package.json');
    process.stdout.write(`${name}/${version} ${process.platform}-${process.arch} node-${process.version}\n`);
    return;
  }
  const { tooFewFiles } = require('../dist/src/command-line/enough-files.cjs');
  const refusal = tooFewFiles();
  if (refusal !== undefined) {
    process.stderr.write(`srgan: ${refusal}\n`);
    process.exitCode = 2;
    return;
  }
  // native code that crashes takes its process along: what works off many images runs under a small parent
  if (['pipe', 'batch', 'jobs'].includes(argv[0])) {
    const { isWatched, orderOf, start } = require('../dist/src/flow/watch/start.cjs');
    const order = isWatched(argv, process.env) ? orderOf(__filename, argv) : undefined;
    if (order) {
      const started = start(order);
      const { supervise } = await import('../dist/src/flow/watch/supervise.js');
      return supervise(order, started);
    }
  }
  const { main } = await import('../dist/src/command-line/main.js');
  return main(join(__dirname, '..'));
};

launch(process.argv.slice(2));
