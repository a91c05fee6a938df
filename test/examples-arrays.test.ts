import { execFile } from 'node:child_process';
import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import test from 'ava';
import { shardOfArray } from '../src/command-line/array-job.js';
import { pipeFlags } from '../src/command-line/flags/pipe-flags.js';
import { bin, shell } from './helpers/cli.js';
import { savePngs } from './helpers/pngs.js';
import { makeTree } from './helpers/tree.js';

const examples = fileURLToPath(new URL('../../examples/', import.meta.url));
const root = fileURLToPath(new URL('../../', import.meta.url));
const script = join(examples, 'slurm/srgan.sbatch');
const run = promisify(execFile);

/** Installed with the linter's and oclif's own packages. */
const yaml = createRequire(import.meta.url)('js-yaml') as { loadAll(text: string): unknown[] };

interface Job {
  spec: {
    completionMode: string;
    completions: number;
    backoffLimitPerIndex: number;
    podFailurePolicy: {
      rules: { action: string; onExitCodes?: { containerName: string; values: number[] } }[];
    };
    template: {
      spec: {
        restartPolicy: string;
        terminationGracePeriodSeconds: number;
        containers: { name: string; args: string[]; env: { name: string; value: string }[] }[];
      };
    };
  };
}

/** Each `--flag` or `--flag=value` is one that pipe has. */
function unknownFlags(args: readonly string[]): string[] {
  const names = args.filter((arg) => arg.startsWith('--')).map((arg) => arg.slice(2).replace(/=.*/, ''));
  return names.filter((name) => !(name in pipeFlags));
}

const valueOf = (args: readonly string[], flag: string) =>
  args.find((arg) => arg.startsWith(`--${flag}=`))?.split('=')[1];

test('kubernetes: one shard for each completion, no retry where the set-up is wrong, time to drain', async (t) => {
  const [job, claim] = yaml.loadAll(await readFile(join(examples, 'kubernetes/job.yaml'), 'utf8')) as [
    Job,
    object,
  ];
  t.like(claim, { kind: 'PersistentVolumeClaim', spec: { accessModes: ['ReadWriteMany'] } });
  t.like(job, { apiVersion: 'batch/v1', kind: 'Job' });
  const { spec } = job;
  t.is(spec.completionMode, 'Indexed');
  const pod = spec.template.spec;
  t.is(pod.restartPolicy, 'Never');
  const [{ name, args, env }] = pod.containers as [(typeof pod.containers)[0]];
  t.deepEqual(unknownFlags(args), []);
  t.true(pod.terminationGracePeriodSeconds > Number(valueOf(args, 'drain-limit')));
  const actions = Object.fromEntries(
    spec.podFailurePolicy.rules.flatMap(({ action, onExitCodes }) => {
      if (onExitCodes) t.is(onExitCodes.containerName, name);
      return onExitCodes?.values.map((status) => [status, action]) ?? [];
    }),
  ) as Record<number, string>;
  t.deepEqual(actions, { 1: 'FailIndex', 2: 'FailJob' });

  const stated = Object.fromEntries(env.map(({ name, value }) => [name, value])) as Record<string, string>;
  const shards = Array.from({ length: spec.completions }, (_, index) =>
    shardOfArray({ ...stated, JOB_COMPLETION_INDEX: String(index) }),
  );
  t.deepEqual(
    shards,
    shards.map((_, at) => ({ index: at + 1, count: spec.completions })),
  );
});

test('aws-batch: the order can be read, and asks for no retry of what stays wrong', async (t) => {
  const job = JSON.parse(await readFile(join(examples, 'aws-batch/job.json'), 'utf8')) as {
    arrayProperties: { size: number };
    containerOverrides: { command: string[] };
    retryStrategy: { evaluateOnExit: { onExitCode?: string; action: string }[] };
  };
  t.deepEqual(unknownFlags(job.containerOverrides.command), []);
  const ends = job.retryStrategy.evaluateOnExit.filter(({ action }) => action === 'EXIT');
  t.deepEqual(
    ends.map(({ onExitCode }) => onExitCode),
    ['1', '2'],
  );
  t.true(job.arrayProperties.size >= 2);
});

test('slurm: the script is sound', async (t) => {
  await t.notThrowsAsync(run('bash', ['-n', script]));
  const checked = await run('shellcheck', ['--severity=warning', script]).catch(
    (error: unknown) => error as Error,
  );
  if ('code' in checked && checked.code === 'ENOENT') t.log('there is no shellcheck: it was left out');
  else t.false(checked instanceof Error, JSON.stringify(checked));
});

/** As Slurm starts each task of `--array=0-2`, on images that are there. */
async function slurmArray(t: Parameters<typeof makeTree>[0]) {
  const cwd = await makeTree(t);
  const names = ['a', 'b', 'c', 'deep/d', 'deep/e', 'f', 'g'].map((name) => `${name}.png`);
  await savePngs(join(cwd, 'in'), names, 9, 7);
  await mkdir(join(cwd, 'bin'));
  const requeue = join(cwd, 'bin/scontrol');
  await writeFile(requeue, '#!/bin/sh\necho "$@" >> requeued\n');
  await chmod(requeue, 0o755);
  const task = (id: number, command = `bash ${script} in out --engine resize --threads 1`) =>
    shell(command, {
      cwd,
      env: {
        PATH: `${join(cwd, 'bin')}${delimiter}${process.env.PATH ?? ''}`,
        SRGAN: `${process.execPath} ${bin}`,
        SLURM_JOB_ID: `90${id}`,
        SLURM_ARRAY_TASK_ID: String(id),
        SLURM_ARRAY_TASK_MIN: '0',
        SLURM_ARRAY_TASK_MAX: '2',
        SLURM_ARRAY_TASK_COUNT: '3',
        SLURM_ARRAY_TASK_STEP: '1',
      },
    });
  return { cwd, names, task };
}

test('slurm: the tasks of an array do each image once', async (t) => {
  const { cwd, names, task } = await slurmArray(t);
  const ran = await Promise.all([0, 1, 2].map((id) => task(id)));
  t.deepEqual(
    ran.map(({ exitCode }) => exitCode),
    [0, 0, 0],
    ran.map(({ stderr }) => stderr).join(),
  );
  const done = ran.flatMap(({ stdout }) => stdout.split('\n').filter((line) => line !== ''));
  t.deepEqual(done.sort(), names.map((name) => join('out', name)).sort());
  // a task that Slurm starts once more has nothing left to do
  const again = await task(1);
  t.is(again.exitCode, 0);
  t.is(again.stdout, '');
  t.false((await readdir(cwd)).includes('requeued'));
});

test('slurm: a task whose time is up drains, and is put into the queue again', async (t) => {
  const { cwd, task } = await slurmArray(t);
  const stand = join(cwd, 'bin/stand');
  // stands for srgan: takes its time, and ends as srgan does when it is told to
  await writeFile(
    stand,
    '#!/bin/bash\ntrap "echo drained; exit 143" TERM\ntouch ready\nwhile :; do read -rt 0.05 <> <(:); done\n',
  );
  await chmod(stand, 0o755);
  const { exitCode, stdout } = await task(
    2,
    `SRGAN=${stand} bash ${script} in out & script=$!; until [ -e ready ]; do :; done; kill -TERM "$script"; wait "$script"`,
  );
  t.is(exitCode, 143);
  t.is(stdout, 'drained\n');
  t.is(await readFile(join(cwd, 'requeued'), 'utf8'), 'requeue 902\n');
});

test('container: what the file copies is there, and is let through', async (t) => {
  const text = await readFile(join(examples, 'container/Containerfile'), 'utf8');
  const ignored = await readFile(join(examples, 'container/Containerfile.dockerignore'), 'utf8');
  const copied = [...text.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, from = '']) =>
    from.split(' '),
  );
  t.true(copied.length > 5);
  const there = new Set(await readdir(root));
  for (const name of copied) {
    t.true(there.has(name), name);
    t.regex(ignored, new RegExp(`^!${name.replaceAll('.', '\\.')}$`, 'm'));
  }
  t.regex(text, /^COPY --from=build \/srgan\/node_modules node_modules$/m);
  t.regex(text, /^USER node$/m);
  t.regex(text, /^ENTRYPOINT \["tini", "--", "node", "\/srgan\/node_modules\/srgan\/bin\/run\.js"\]$/m);
});
