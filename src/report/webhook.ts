import { SrganError, systemCode } from '../system/errors.js';
import { retry } from '../system/backoff.js';

/** The JSON body that is posted when a batch has ended. */
export interface BatchEvent {
  /** `completed`: all images were processed, whether successful or not; `failed`: the run itself failed. */
  readonly event: 'batch.completed' | 'batch.failed' | 'batch.interrupted';
  readonly total: number;
  /** Upscaled or copied. */
  readonly successful: number;
  readonly skipped: number;
  readonly failed: number;
  readonly duration_secs: number;
}

export interface Delivery {
  readonly attempts?: number;
  /** For one attempt, including the response. */
  readonly timeoutMs?: number;
  /** Before the second attempt; doubles with each further one. */
  readonly pauseMs?: number;
}

/** @throws SrganError E_USAGE if the text is not an HTTP URL, or contains credentials */
export function checkWebhook(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !['http:', 'https:'].includes(url.protocol)) {
    throw new SrganError(
      'E_USAGE',
      `--webhook needs a URL that starts with http:// or https://, not '${text}'.`,
    );
  }
  if (url.username || url.password) {
    throw new SrganError('E_USAGE', '--webhook does not accept credentials in its URL.');
  }
  return url;
}

/**
 * Posts the event, and retries if the server cannot be reached, does not answer in time or answers 5xx.
 * @returns undefined on success, else the reason as a sentence, without the path of the URL, which is often secret
 */
export async function postWebhook(
  url: URL,
  event: BatchEvent,
  { attempts = 4, timeoutMs = 5000, pauseMs = 500 }: Delivery = {},
): Promise<string | undefined> {
  try {
    await retry(() => post(url, event, timeoutMs), {
      retries: attempts - 1,
      firstWaitMs: pauseMs,
      isTransient: (error) => !(error instanceof RejectedError),
    });
    return undefined;
  } catch (error) {
    return `The webhook at ${url.host} was not delivered: ${(error as Error).message}.`;
  }
}

/** The server answered with a status that another attempt would not change. */
class RejectedError extends Error {}

async function post(url: URL, event: BatchEvent, timeoutMs: number): Promise<void> {
  const signal = AbortSignal.timeout(timeoutMs);
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(event),
    // a redirected POST would arrive as a GET without its body
    redirect: 'manual',
    signal,
  }).catch((error: unknown) => {
    if (signal.aborted) throw new Error('it did not answer in time');
    const { cause = error } = error as Error;
    throw new Error(systemCode(cause) ?? (cause instanceof Error ? cause.message : String(cause)));
  });
  await answer.body?.cancel();
  if (answer.ok) return;
  const reason = `it answered ${answer.status}`;
  throw answer.status < 500 ? new RejectedError(reason) : new Error(reason);
}
