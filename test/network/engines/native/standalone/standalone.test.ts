import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import test, { type ExecutionContext } from 'ava';

interface InstructionSet {
  readonly name: string;
  readonly lanes: number;
  readonly flags: readonly string[];
}

const SOURCES = path.resolve('src', 'network', 'engines', 'native');
const { SETS } = createRequire(import.meta.url)(path.join(SOURCES, 'build.cjs')) as {
  SETS: Record<string, readonly InstructionSet[]>;
};
const PROGRAM = path.resolve('test', 'network', 'engines', 'native', 'standalone', 'check-kernels.cpp');
const isThere = (command: string) => spawnSync(command, ['--version'], { stdio: 'ignore' }).status === 0;
const compiler =
  process.platform === 'win32' ? undefined : [process.env.CXX ?? 'c++', 'clang++', 'g++'].find(isThere);
const here = SETS[process.arch] ?? [];

/** Builds the program and runs it; what it printed. */
async function check(
  t: ExecutionContext,
  command: string,
  { name, lanes, flags }: InstructionSet,
  extra: readonly string[],
  runner: readonly string[],
  rounds: number,
): Promise<void> {
  const directory = await mkdtemp(path.join(tmpdir(), 'srgan-kernels-'));
  t.teardown(() => rm(directory, { recursive: true, force: true }));
  const program = path.join(directory, 'check-kernels');
  const sources = ['kernels', 'network', 'plan', 'run'].map((source) => path.join(SOURCES, `${source}.cpp`));
  const defined = [`-DLANES=${lanes}`, '-DKERNELS=KERNELS', `-DKERNELS_NAME="${name}"`];
  const built = spawnSync(
    command,
    ['-std=c++17', '-ffp-contract=fast', ...flags, ...extra, ...defined, PROGRAM, ...sources, '-o', program],
    { encoding: 'utf8' },
  );
  t.is(built.status, 0, built.stderr);
  const ran = spawnSync(
    runner[0] ?? program,
    [...runner.slice(1), ...(runner.length > 0 ? [program] : []), String(rounds)],
    {
      encoding: 'utf8',
      env: { ...process.env, ASAN_OPTIONS: 'allocator_may_return_null=1:max_allocation_size_mb=2000' },
    },
  );
  t.log(ran.stdout.trim());
  t.is(ran.status, 0, `${ran.stdout}\n${ran.stderr}`);
}

/** Whether this processor has the instructions, by what a program of one line says. */
const runsHere = ({ name }: InstructionSet) => {
  const asked =
    name === 'neon'
      ? undefined
      : name === 'avx512'
        ? ['avx512f', 'avx512bw', 'avx512dq', 'avx512vl']
        : ['avx2', 'fma'];
  if (!asked) return true;
  const { stdout } = spawnSync('grep', ['-m1', 'flags', '/proc/cpuinfo'], { encoding: 'utf8' });
  return asked.every((flag) => stdout.split(/\s+/).includes(flag));
};

if (!compiler) {
  test('no compiler for kernels alone', (t) => t.log('nothing of them is tested'));
} else {
  for (const set of here.filter(runsHere)) {
    test.serial(`${set.name}: with address and undefined-behaviour sanitizers`, async (t) => {
      const sanitizers = ['-O1', '-g', '-fsanitize=address,undefined', '-fno-sanitize-recover=all'];
      await check(t, compiler, set, sanitizers, [], 60);
    });
  }
  const widest = here.find(({ name }) => name === 'avx2' || name === 'neon');
  if (widest && isThere('valgrind')) {
    test.serial(`${widest.name}: in valgrind`, async (t) => {
      const valgrind = [
        'valgrind',
        '-q',
        '--error-exitcode=9',
        '--leak-check=full',
        '--errors-for-leak-kinds=all',
      ];
      await check(t, compiler, widest, ['-O1', '-g'], valgrind, 8);
    });
  }
}

const CROSS = { compiler: 'aarch64-linux-gnu-g++', emulator: 'qemu-aarch64' };
if (process.arch !== 'arm64') {
  test.serial('neon: in an emulator', async (t) => {
    const missing = Object.values(CROSS).filter((command) => !isThere(command));
    if (missing.length > 0) {
      t.pass();
      t.log(`not tested: there is no ${missing.join(' and no ')} here`);
      return;
    }
    const [neon] = SETS['arm64'] ?? [];
    await check(t, CROSS.compiler, neon!, ['-O2', '-static'], [CROSS.emulator], 100);
  });
}
