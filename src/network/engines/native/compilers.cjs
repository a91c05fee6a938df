'use strict';
// The compilers that can build the kernels, and how each is told what to do. GCC and Clang have the vector types that
// the kernels are written with; Microsoft's cl has none, so on Windows it takes Clang, which Visual Studio brings too.
const { spawnSync } = require('node:child_process');
const process = require('node:process');

const OPTIMIZED = ['-ffp-contract=fast', '-fno-math-errno', '-fno-trapping-math'];

const gnu = (command, platform) => ({
  command,
  flags: ['-std=c++17', '-O3', '-fPIC', '-fvisibility=hidden', ...OPTIMIZED],
  compiles: (source, object) => ['-c', source, '-o', object],
  links(extra, objects, file) {
    const kind = platform === 'darwin' ? ['-bundle', '-undefined', 'dynamic_lookup'] : ['-shared'];
    return [...kind, ...extra, ...objects, '-o', file];
  },
});

const clangCl = (command) => ({
  command,
  flags: [
    '/nologo',
    '/std:c++17',
    '/O2',
    '/EHsc',
    '/MT',
    '/DNOMINMAX',
    ...['-O3', ...OPTIMIZED].map((flag) => `/clang:${flag}`),
  ],
  compiles: (source, object) => ['/c', source, `/Fo${object}`],
  links: (extra, objects, file) => ['/nologo', '/LD', ...extra, ...objects, `/Fe${file}`],
});

/**
 * @param {string | undefined} command undefined: the first that is found
 * @param {string} platform that it is to make code for
 */
function compilerOf(command, platform) {
  const windows = platform === 'win32';
  const known = windows ? ['clang-cl'] : ['c++', 'clang++', 'g++'];
  const wanted = command ?? process.env.CXX;
  const found = wanted ? [wanted].find(isThere) : known.find(isThere);
  if (found === undefined) throw new Error(`no C++ compiler was found (${wanted ?? known.join(', ')})`);
  return windows ? clangCl(found) : gnu(found, platform);
}

function isThere(command) {
  return spawnSync(command, ['--version'], { stdio: 'ignore' }).status === 0;
}

module.exports = { compilerOf };
