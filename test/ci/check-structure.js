// The shape of src: no import cycle (type imports count), short files, small folders, one module a name.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';

const MAX_LINES = 300;
const MAX_ENTRIES = 20;

const problems = [];
const imports = new Map();
const names = new Map();
let lines = 0;
let longest = 0;

for (const folder of ['src', 'commands']) visit(folder);

function visit(folder) {
  const entries = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() || /\.c?ts$/.test(entry.name))
    .map(({ name }) => name);
  if (entries.length > MAX_ENTRIES && folder !== 'commands')
    problems.push(`${folder} has ${entries.length} entries, more than ${MAX_ENTRIES}.`);
  for (const entry of entries) {
    const file = path.posix.join(folder, entry);
    if (statSync(file).isDirectory()) visit(file);
    else if (/\.c?ts$/.test(entry)) read(file);
  }
}

function read(file) {
  const text = readFileSync(file, 'utf8');
  if (file.startsWith('src/')) {
    const count = text.split('\n').length - 1;
    lines += count;
    longest = Math.max(longest, count);
    if (count > MAX_LINES) problems.push(`${file} has ${count} lines, more than ${MAX_LINES}.`);
    const name = path.posix.basename(file);
    if (names.has(name)) problems.push(`${file} and ${names.get(name)} have the same name.`);
    names.set(name, file);
  }
  const found = text.matchAll(
    /(?:^(?:import|export)\b[^;]*?\bfrom\s+|\bimport\(\s*|^import\s+)'(\.[^']+)'/gm,
  );
  imports.set(
    file,
    [...found].map(([, name]) =>
      path.posix.join(path.posix.dirname(file), name).replace(/\.(c?)js$/, '.$1ts'),
    ),
  );
}

// Tarjan: files of which each is reached from all the others
const order = new Map();
const lowest = new Map();
const stack = [];
for (const file of imports.keys()) if (!order.has(file)) walk(file);

function walk(file) {
  order.set(file, order.size);
  lowest.set(file, order.get(file));
  stack.push(file);
  for (const next of imports.get(file) ?? []) {
    if (!order.has(next)) walk(next);
    else if (!stack.includes(next)) continue;
    lowest.set(file, Math.min(lowest.get(file), lowest.get(next)));
  }
  if (lowest.get(file) !== order.get(file)) return;
  const component = stack.splice(stack.indexOf(file));
  if (component.length > 1) problems.push(`These files import each other: ${component.join(', ')}.`);
}

for (const problem of problems) console.error(problem);
console.log(
  `src: ${names.size} files, ${lines} lines, the longest ${longest}; ${problems.length} problems of structure`,
);
process.exitCode = problems.length > 0 ? 1 : 0;
