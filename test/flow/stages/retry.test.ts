import test from 'ava';
import { SrganError, type ErrorCode } from '../../../src/system/errors.js';
import type { Source } from '../../../src/contract/job.js';
import { openRetries } from '../../../src/flow/stages/retry.js';
import { isTransient } from '../../../src/places/storage/storage-failures.js';
import { openTicket, type Ticket } from '../../../src/flow/ticket.js';
import { sourceOf } from '../../helpers/job.js';

const system = (code: string) => Object.assign(new Error(`${code}: as the system says`), { code });
const failure = (code: ErrorCode, cause?: unknown) => new SrganError(code, 'a.png: failed.', { cause });

test('what may pass later is told from what will not, however deep the cause lies', (t) => {
  for (const code of ['EAGAIN', 'EMFILE', 'ENFILE', 'EIO', 'EBUSY', 'ETIMEDOUT', 'ESTALE']) {
    t.true(isTransient(failure('E_WRITE', system(code))), code);
    t.true(isTransient(failure('E_READ', failure('E_READ', system(code)))), code);
  }
  t.true(isTransient(failure('E_WORKER_LOST')));
  for (const code of ['ENOSPC', 'EPERM', 'EACCES', 'EROFS', 'ENOENT', 'EDQUOT', 'ENAMETOOLONG'])
    t.false(isTransient(failure('E_WRITE', system(code))), code);
  for (const code of ['E_DECODE', 'E_TOO_LARGE', 'E_NOSPC', 'E_ENGINE', 'E_TIME_LIMIT'] as const)
    t.false(isTransient(failure(code, new Error('its own'))), code);
});

async function* from(sources: readonly Source[]) {
  for (const source of sources) yield await Promise.resolve(source);
}

function ended(source: Source, error?: SrganError): Ticket {
  const ticket = openTicket(source);
  ticket.end = error ? { status: 'failed', error } : { status: 'skipped', reason: 'there' };
  return ticket;
}

const sources = [0, 1, 2].map((index) => sourceOf(`${index}.png`, { index }));
const PASSING = failure('E_READ', system('EIO'));

test('a source comes again after the others, and at last its failure counts', async (t) => {
  const retries = openRetries(2, new AbortController().signal, 1);
  const met: string[] = [];
  const told: number[] = [];
  for await (const source of retries.sources(from(sources))) {
    met.push(`${source.index}/${source.again?.tries ?? 1}`);
    if (!retries.takeBack(ended(source, source.index === 0 ? PASSING : undefined))) told.push(source.index);
  }
  t.deepEqual(met, ['0/1', '1/1', '2/1', '0/2', '0/3']);
  t.deepEqual(told, [1, 2, 0]);
});

test('what will not pass, and what crashed the process, does not come again', async (t) => {
  const retries = openRetries(2, new AbortController().signal, 1);
  const crashed = { times: 1, cause: 'SIGSEGV', dst: undefined };
  const one = { ...sources[1]!, crashed };
  let met = 0;
  for await (const source of retries.sources(from([sources[0]!, one]))) {
    met += 1;
    t.false(retries.takeBack(ended(source, source === one ? PASSING : failure('E_DECODE'))));
  }
  t.is(met, 2);
});

test('it remembers the output that it holds and where its result is', async (t) => {
  const retries = openRetries(1, new AbortController().signal, 1);
  const met: Source[] = [];
  for await (const source of retries.sources(from([sources[0]!]))) {
    met.push(source);
    const ticket = ended(source, PASSING);
    ticket.claimed = 'out/0.png';
    ticket.published = 'out/0.png';
    retries.takeBack(ticket);
  }
  t.deepEqual(met[1]?.again, { tries: 2, claimed: 'out/0.png', dst: 'out/0.png' });
});

test('being told to stop ends a wait at once, and nothing is taken back any more', async (t) => {
  const drain = new AbortController();
  const retries = openRetries(5, drain.signal, 1e9);
  const met: (number | undefined)[] = [];
  for await (const source of retries.sources(from([sources[0]!]))) {
    met.push(source.again?.tries);
    const taken = retries.takeBack(ended(source, PASSING));
    t.is(taken, !drain.signal.aborted);
    drain.abort();
  }
  t.deepEqual(met, [undefined, 2]);
});

test('a failure of what is found comes through', async (t) => {
  const broken = async function* (): AsyncGenerator<Source> {
    yield await Promise.resolve(sources[0]!);
    throw failure('E_USAGE');
  };
  const retries = openRetries(1, new AbortController().signal, 1);
  await t.throwsAsync(
    async () => {
      for await (const source of retries.sources(broken())) retries.takeBack(ended(source));
    },
    { code: 'E_USAGE' },
  );
});
