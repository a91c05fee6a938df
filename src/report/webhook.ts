import { setTimeout as pause } from 'node:timers/promises';
import { SrganError, systemCode } from '../system/errors.js';

/** What is posted, as JSON, when a batch has ended. */
export interface BatchEvent {
  /** `completed`: every image was worked off, whatever became of each; `failed`: the run itself broke off. */
  readonly event: 'batch.completed' | 'batch.failed' | 'batch.interrupted';
  readonly total: number;
  /** Done or copied. */
  readonly successful: number;
  readonly skipped: number;
  readonly failed: number;
  readonly duration_secs: number;
}

export interface Delivery {
  readonly attempts?: number;
  /** For one attempt, its answer included. */
  readonly timeoutMs?: number;
  /** Before the second attempt; twice as long before each one after that. */
  readonly pauseMs?: number;
}

/** @throws SrganError E_USAGE where the text is no URL of http or https that a request can be sent to */
export function checkWebhook(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !['http:', 'https:'].includes(url.protocol)) {
    throw new SrganError(
      'E_USAGE',
      `--webhook needs a URL that begins with http:// or https://, not '${text}'.`,
    );
  }
  if (url.username || url.password) {
    throw new SrganError('E_USAGE', '--webhook does not take a name or password in its URL.');
  }
  return url;
}

/**
 * Posts the event; again where the server cannot be reached, does not answer in time or answers 5xx.
 * @returns undefined where it was taken, else why not, as a sentence without the path of the URL, which is
 *   often a secret
 */
export async function postWebhook(
  url: URL,
  event: BatchEvent,
  { attempts = 4, timeoutMs = 5000, pauseMs = 500 }: Delivery = {},
): Promise<string | undefined> {
  for (let attempt = 1; ; attempt++) {
    const { refusal, final } = await post(url, event, timeoutMs);
    if (refusal === undefined) return undefined;
    if (final || attempt >= attempts) return `The webhook at ${url.host} was not told: ${refusal}.`;
    await pause(pauseMs * 2 ** (attempt - 1));
  }
}

async function post(
  url: URL,
  event: BatchEvent,
  timeoutMs: number,
): Promise<{ refusal?: string; final?: boolean }> {
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(event),
      // a redirected POST would arrive as a GET without its body
      redirect: 'manual',
      signal,
    });
    await answer.body?.cancel();
    return answer.ok ? {} : { refusal: `it answered ${answer.status}`, final: answer.status < 500 };
  } catch (error) {
    if (signal.aborted) return { refusal: 'it did not answer in time' };
    const cause = error instanceof Error ? (error.cause ?? error) : error;
    return { refusal: systemCode(cause) ?? (cause instanceof Error ? cause.message : String(cause)) };
  }
}
