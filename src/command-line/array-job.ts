import process from 'node:process';
import { SrganError } from '../system/errors.js';
import type { Shard } from '../contract/options.js';
import { shardIn } from './shard-value.js';
import type { Read } from './values.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** How an array job tells a task its position. */
interface ArrayJob {
  readonly title: string;
  /** Variable with the index of the task; the other variables count only together with it. */
  readonly index: string;
  readonly shard: (environment: Environment) => Shard;
}

/** Variable for the number of shards, for all systems that do not state it. */
const COUNT = 'SRGAN_SHARD_COUNT';

/**
 * Kubernetes: Indexed Jobs, https://kubernetes.io/docs/concepts/workloads/controllers/job/#completion-mode, whose
 * manifest must pass on the number of completions. Slurm: sbatch(1), output environment variables. AWS Batch:
 * https://docs.aws.amazon.com/batch/latest/userguide/job_env_vars.html.
 */
const ARRAY_JOBS: readonly ArrayJob[] = [
  {
    title: 'AWS Batch',
    index: 'AWS_BATCH_JOB_ARRAY_INDEX',
    shard: fromZero('AWS_BATCH_JOB_ARRAY_INDEX', 'AWS_BATCH_JOB_ARRAY_SIZE'),
  },
  {
    title: 'Kubernetes',
    index: 'JOB_COMPLETION_INDEX',
    shard: fromZero('JOB_COMPLETION_INDEX', 'JOB_COMPLETIONS'),
  },
  { title: 'Slurm', index: 'SLURM_ARRAY_TASK_ID', shard: slurm },
];

/** Reads `2/5`, or `auto` for the shard of the environment. */
export const readShard: Read<Shard> = (text, flag) =>
  text === 'auto' ? shardOfArray(process.env) : shardIn(text, flag);

/**
 * Returns the shard of this task of an array job, from the first that is set of SRGAN_SHARD, AWS Batch, Kubernetes and
 * Slurm.
 * @throws SrganError E_USAGE where the environment states no shard, or only half of one
 */
export function shardOfArray(environment: Environment): Shard {
  const { SRGAN_SHARD: stated } = environment;
  if (stated && stated !== 'auto') return shardIn(stated, 'SRGAN_SHARD');
  const job = ARRAY_JOBS.find(({ index }) => environment[index]);
  if (job) return job.shard(environment);
  const looked = ARRAY_JOBS.map(({ title, index }) => `${index} (${title})`);
  throw new SrganError(
    'E_USAGE',
    `--shard auto finds none of ${['SRGAN_SHARD', ...looked.slice(0, -1)].join(', ')} and ${looked.at(-1) ?? ''} in the environment.`,
    { hint: 'Name the shard, such as --shard 2/5, or set SRGAN_SHARD=2/5.' },
  );
}

function fromZero(index: string, size: string): ArrayJob['shard'] {
  return (environment) => {
    const at = numberIn(environment, index);
    const count = numberIn(environment, environment[COUNT] ? COUNT : size, index);
    return placed(at, count, index);
  };
}

/**
 * Reads the shard of a Slurm array with any first index and step. For an array with gaps, such as a rerun of some tasks,
 * SRGAN_SHARD_COUNT must state the number of shards; ids then count from 0.
 */
function slurm(environment: Environment): Shard {
  const id = 'SLURM_ARRAY_TASK_ID';
  const at = numberIn(environment, id);
  if (environment[COUNT]) return placed(at, numberIn(environment, COUNT), id);
  const [min, max, count] = ['MIN', 'MAX', 'COUNT'].map((name) =>
    numberIn(environment, `SLURM_ARRAY_TASK_${name}`, id),
  ) as [number, number, number];
  const step = environment.SLURM_ARRAY_TASK_STEP ? numberIn(environment, 'SLURM_ARRAY_TASK_STEP') : 1;
  const place = (at - min) / step;
  if (Number.isInteger(place) && Math.floor((max - min) / step) + 1 === count)
    return placed(place, count, id);
  throw new SrganError(
    'E_USAGE',
    `The Slurm array has ${count} tasks between ${min} and ${max}, so its ids do not tell the shards.`,
    { hint: `Set ${COUNT} to the number of shards; an id is then one of 0 to one less.` },
  );
}

function placed(at: number, count: number, name: string): Shard {
  if (count >= 1 && at >= 0 && at < count) return { index: at + 1, count };
  throw new SrganError('E_USAGE', `${name} is ${at}, which is none of ${count} shards counted from 0.`);
}

/** @param beside another variable that is set and requires this one */
function numberIn(environment: Environment, name: string, beside?: string): number {
  const value = environment[name];
  if (value && /^\d{1,9}$/.test(value)) return Number(value);
  if (value) throw new SrganError('E_USAGE', `${name} is '${value}', which is no whole number.`);
  throw new SrganError('E_USAGE', `${beside ?? name} is set, but ${name} is not.`, {
    hint: `Set ${COUNT} to the number of shards.`,
  });
}
