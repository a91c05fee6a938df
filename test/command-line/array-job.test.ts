import test from 'ava';
import { shardOfArray } from '../../src/command-line/array-job.js';
import { shardIn } from '../../src/command-line/shard-value.js';
import type { SrganError } from '../../src/system/errors.js';

type Environment = Record<string, string>;

const slurm = (id: number, min: number, max: number, count: number, step = 1): Environment => ({
  SLURM_ARRAY_TASK_ID: String(id),
  SLURM_ARRAY_TASK_MIN: String(min),
  SLURM_ARRAY_TASK_MAX: String(max),
  SLURM_ARRAY_TASK_COUNT: String(count),
  SLURM_ARRAY_TASK_STEP: String(step),
});

const named = (environment: Environment) => {
  const { index, count } = shardOfArray(environment);
  return `${index}/${count}`;
};

test('the shard of each kind of array', (t) => {
  const table: [Environment, string][] = [
    [{ SRGAN_SHARD: '3/7' }, '3/7'],
    [{ JOB_COMPLETION_INDEX: '0', JOB_COMPLETIONS: '4' }, '1/4'],
    [{ JOB_COMPLETION_INDEX: '3', SRGAN_SHARD_COUNT: '4' }, '4/4'],
    [{ AWS_BATCH_JOB_ARRAY_INDEX: '9', AWS_BATCH_JOB_ARRAY_SIZE: '10' }, '10/10'],
    [{ AWS_BATCH_JOB_ARRAY_INDEX: '9', SRGAN_SHARD_COUNT: '12' }, '10/12'],
    [slurm(0, 0, 19, 20), '1/20'],
    [slurm(20, 1, 20, 20), '20/20'],
    [slurm(12, 4, 15, 3, 4), '3/3'],
    [
      {
        SLURM_ARRAY_TASK_ID: '3',
        SLURM_ARRAY_TASK_MIN: '1',
        SLURM_ARRAY_TASK_MAX: '3',
        SLURM_ARRAY_TASK_COUNT: '3',
      },
      '3/3',
    ],
    // two tasks of twenty, done again
    [{ ...slurm(17, 3, 17, 2), SRGAN_SHARD_COUNT: '20' }, '18/20'],
    // AWS Batch on Kubernetes; what is stated goes before what is found; an empty one counts as not there
    [{ AWS_BATCH_JOB_ARRAY_INDEX: '1', AWS_BATCH_JOB_ARRAY_SIZE: '5', JOB_COMPLETION_INDEX: '0' }, '2/5'],
    [{ ...slurm(0, 0, 1, 2), SRGAN_SHARD: '5/6' }, '5/6'],
    [{ ...slurm(0, 0, 1, 2), SRGAN_SHARD: 'auto', JOB_COMPLETION_INDEX: '' }, '1/2'],
  ];
  for (const [environment, expected] of table)
    t.is(named(environment), expected, JSON.stringify(environment));
});

test('all tasks of an array together have each shard once', (t) => {
  for (const [min, max, step] of [
    [0, 9, 1],
    [1, 10, 1],
    [5, 23, 3],
  ] as const) {
    const ids = Array.from({ length: Math.floor((max - min) / step) + 1 }, (_, at) => min + at * step);
    const shards = ids.map((id) => named(slurm(id, min, ids.at(-1)!, ids.length, step)));
    t.deepEqual(
      shards,
      ids.map((_, at) => `${at + 1}/${ids.length}`),
    );
  }
});

test('what does not name a shard is refused in a sentence that names the variable', (t) => {
  const table: [Environment, RegExp][] = [
    [
      {},
      /^--shard auto finds none of SRGAN_SHARD, AWS_BATCH.* JOB_COMPL.* and SLURM_ARRAY_TASK_ID \(Slurm\) in/,
    ],
    [{ JOB_COMPLETION_INDEX: '3' }, /^JOB_COMPLETION_INDEX is set, but JOB_COMPLETIONS is not\.$/],
    [{ JOB_COMPLETION_INDEX: '4', JOB_COMPLETIONS: '4' }, /^JOB_COMPLETION_INDEX is 4, which is none of 4/],
    [{ JOB_COMPLETION_INDEX: 'x', JOB_COMPLETIONS: '4' }, /^JOB_COMPLETION_INDEX is 'x', which is no whole/],
    [{ AWS_BATCH_JOB_ARRAY_INDEX: '1' }, /^AWS_BATCH_JOB_ARRAY_INDEX is set, but AWS_BATCH_JOB_ARRAY_SIZE/],
    [{ SLURM_ARRAY_TASK_ID: '1' }, /^SLURM_ARRAY_TASK_ID is set, but SLURM_ARRAY_TASK_MIN is not\.$/],
    [slurm(3, 1, 9, 4), /^The Slurm array has 4 tasks between 1 and 9, so its ids do not tell the shards\.$/],
    [{ ...slurm(10, 1, 10, 10), SRGAN_SHARD_COUNT: '10' }, /^SLURM_ARRAY_TASK_ID is 10, which is none of 10/],
    [{ SRGAN_SHARD: '0/4' }, /^SRGAN_SHARD is 0\/4, but shards are counted from 1 to 4\.$/],
  ];
  for (const [environment, sentence] of table) {
    const error = t.throws<SrganError>(
      () => shardOfArray(environment),
      undefined,
      JSON.stringify(environment),
    );
    t.is(error.code, 'E_USAGE');
    t.regex(error.message, sentence);
  }
});

test('a shard in words: counted from 1', (t) => {
  t.deepEqual(shardIn('1/1', '--shard'), { index: 1, count: 1 });
  t.deepEqual(shardIn('5/5', '--shard'), { index: 5, count: 5 });
  const sentences: [string, RegExp][] = [
    ['0/5', /^--shard is 0\/5, but shards are counted from 1 to 5\.$/],
    ['5/4', /^--shard is 5\/4, but shards are counted from 1 to 4\.$/],
    ['1/0', /^--shard is 1\/0, but there is at least one shard\.$/],
    [
      '',
      /^Expected a shard such as 2\/5, counted from 1, or auto for --shard but received '' of type string\.$/,
    ],
    ['2', /^Expected a shard/],
    ['-1/2', /^Expected a shard/],
    ['1/2/3', /^Expected a shard/],
  ];
  for (const [text, sentence] of sentences)
    t.throws(() => shardIn(text, '--shard'), { message: sentence }, text);
});
