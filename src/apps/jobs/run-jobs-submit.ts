import { SrganError } from '../../system/errors.js';
import { openQueue, DEFAULT_ATTEMPTS } from './redis/queue.js';
import { submit, type Submitted } from './submit.js';
import { count } from '../../system/measures.js';
import { openInterrupts } from '../../system/signals.js';
import { fillFlags } from '../../command-line/flags/fill-flags.js';
import { selectInputs } from '../../command-line/inputs.js';
import { submitFlags, type SubmitFlags } from '../../command-line/flags/jobs-flags.js';
import { print, say as tell } from '../../command-line/output.js';
import { optionsOf } from '../../command-line/flags/pipe-options.js';
import { between } from '../../command-line/values.js';

const SHARD_SIZE = 200;
const HIGH_WATER = 10_000;
const LARGEST_SHARD = 100_000;

/** @returns the exit status */
export async function runJobsSubmit(args: readonly string[], given: SubmitFlags): Promise<number> {
  const flags = await fillFlags(given, submitFlags);
  const shardSize = between(1, LARGEST_SHARD, '--shard-size', flags['shard-size'] ?? SHARD_SIZE);
  const highWater = between(1, 1e9, '--high-water', flags['high-water'] ?? HIGH_WATER);
  const attempts = between(1, 1000, '--attempts', flags.attempts ?? DEFAULT_ATTEMPTS);
  const { inputs, out } = await selectInputs(args, flags, () => process.stdin);
  if (out === undefined) {
    throw new SrganError(
      'E_USAGE',
      'Jobs need a directory or an address for the results, where the manifest is kept too.',
      {
        hint: "Such as: srgan jobs submit 'photos/**/*.jpg' OUT --redis redis://HOST:6379",
      },
    );
  }
  const say = (sentence: string) => {
    if (!flags.quiet) tell(sentence);
  };
  const interrupts = openInterrupts(() => say('Stopping; the same command goes on from here.'));
  const open = await openQueue(flags, say);
  try {
    const submitted = await submit(open, {
      pipe: { ...optionsOf(flags), inputs, out },
      shardSize,
      highWater,
      attempts,
      drain: interrupts.drain,
      onWait: (waiting) => say(waiting ? `Waiting until fewer than ${highWater} jobs wait.` : 'Going on.'),
    });
    await print(flags.json ? `${JSON.stringify(submitted, null, 2)}\n` : `${submitted.manifest}\n`);
    say(textOf(submitted));
    return interrupts.exitStatus ?? 0;
  } finally {
    await open.close();
    interrupts.dispose();
  }
}

function textOf({ manifest, out, shards, sources, alreadyDone, complete }: Submitted): string {
  const done = alreadyDone > 0 ? `, of which ${alreadyDone} are done already` : '';
  const until = complete ? '' : ' until the interrupt';
  return `Manifest ${manifest} for ${out}: ${count(sources, 'image')} in ${count(shards, 'shard')}${done}${until}.`;
}
