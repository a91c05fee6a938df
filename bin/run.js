#!/usr/bin/env node
// CommonJS, because it starts sooner, and because libuv reads the size of its pool before an ES module runs.
const { availableParallelism } = require('node:os');
const { join } = require('node:path');

process.env.UV_THREADPOOL_SIZE ??= String(Math.max(4, availableParallelism() + 2));

import('../dist/src/cli/main.js').then(({ main }) => main(join(__dirname, '..')));
