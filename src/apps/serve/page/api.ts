/** What the page asks the service for. */

export interface Result {
  readonly n: number;
  readonly source: string;
  readonly status: 'done' | 'copied' | 'skipped' | 'failed';
  readonly name?: string;
  readonly url?: string;
  readonly error?: Failure;
  readonly reason?: string;
  readonly warnings?: readonly string[];
  readonly inputWidthPx?: number;
  readonly inputHeightPx?: number;
  readonly outputWidthPx?: number;
  readonly outputHeightPx?: number;
  readonly outputBytes?: number;
}

export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
}

export interface JobView {
  readonly id: string;
  readonly files: readonly string[];
  readonly results: readonly Result[];
}

export interface Progress {
  readonly state: 'waiting' | 'running' | 'done';
  readonly active: readonly number[];
}

/** A failure in the words of the service. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    { message, hint }: Omit<Failure, 'code'>,
  ) {
    super(hint === undefined ? message : `${message} ${hint}`);
  }
}

const TOKEN = 'token';

export const token = {
  get: (): string | null => sessionStorage.getItem(TOKEN),
  set: (value: string): void => sessionStorage.setItem(TOKEN, value),
};

const authorization = (): Record<string, string> => {
  const value = token.get();
  return value === null ? {} : { authorization: `Bearer ${value}` };
};

const UNREACHABLE = { message: 'The service cannot be reached.' };

async function ask(path: string, init: RequestInit = {}): Promise<Response> {
  const headers = { ...authorization(), ...(init.headers as Record<string, string> | undefined) };
  const response = await fetch(path, { ...init, headers }).catch(() => {
    throw new ApiError(0, UNREACHABLE);
  });
  if (response.ok) return response;
  throw new ApiError(response.status, failureIn(await response.text()));
}

function failureIn(text: string): Failure {
  try {
    return (JSON.parse(text) as { error: Failure }).error;
  } catch {
    return { code: '', message: 'The service gave an answer that cannot be understood.' };
  }
}

export interface ServiceChoices {
  /** Empty where whoever runs the service has chosen the network. */
  readonly kinds: readonly string[];
  readonly efforts: readonly string[];
}

/** What the service lets its clients choose, or that it wants a token first. */
export async function choicesOf(): Promise<ServiceChoices | 'token' | 'unreachable'> {
  try {
    return (await (await ask('v1/models')).json()) as ServiceChoices;
  } catch (error) {
    return error instanceof ApiError && error.status === 401 ? 'token' : 'unreachable';
  }
}

/** Sends files as one job; `onSent` is told which share of them is there. */
export function submit(
  files: readonly File[],
  options: Readonly<Record<string, string>>,
  onSent: (share: number) => void,
): Promise<JobView> {
  const form = new FormData();
  for (const [name, value] of Object.entries(options)) form.set(name, value);
  for (const file of files) form.append('files', file);
  return new Promise((resolve, reject) => {
    // fetch does not say how much has been sent
    const request = new XMLHttpRequest();
    request.open('POST', 'v1/jobs');
    for (const [name, value] of Object.entries(authorization())) request.setRequestHeader(name, value);
    request.upload.onprogress = ({ loaded, total }) => onSent(total > 0 ? loaded / total : 0);
    request.onload = () => {
      if (request.status === 202) resolve(JSON.parse(request.responseText) as JobView);
      else reject(new ApiError(request.status, failureIn(request.responseText)));
    };
    request.onerror = () =>
      reject(new ApiError(0, { message: 'The connection broke while the files were sent.' }));
    request.send(form);
  });
}

export const jobOf = async (id: string): Promise<JobView> =>
  (await (await ask(`v1/jobs/${id}`)).json()) as JobView;

export async function removeJob(id: string): Promise<void> {
  await ask(`v1/jobs/${id}`, { method: 'DELETE' });
}

export async function blobUrl(path: string): Promise<string> {
  return URL.createObjectURL(await (await ask(path)).blob());
}

export interface Listener {
  result(result: Result): void;
  progress(progress: Progress): void;
}

const AGAIN_MS = 2000;
const MAX_TRIES = 30;

/** Follows a job until its end, over broken connections and a service that starts again. */
export async function follow(id: string, listener: Listener): Promise<void> {
  let lastId = '0';
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    try {
      const response = await ask(`v1/jobs/${id}/events`, { headers: { 'last-event-id': lastId } });
      for await (const { event, id: eventId, data } of eventsIn(response)) {
        tries = 0;
        if (eventId !== undefined) lastId = eventId;
        if (event === 'result') listener.result(JSON.parse(data) as Result);
        if (event === 'progress') listener.progress(JSON.parse(data) as Progress);
        if (event === 'end') return;
      }
    } catch (error) {
      if (error instanceof ApiError && error.status >= 400 && error.status < 500) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
  }
  throw new ApiError(0, UNREACHABLE);
}

interface ServerEvent {
  readonly event: string;
  readonly id?: string | undefined;
  readonly data: string;
}

async function* eventsIn({ body }: Response): AsyncGenerator<ServerEvent> {
  if (!body) return;
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const parts = (rest + value).split('\n\n');
    rest = parts.pop() ?? '';
    for (const part of parts) {
      const fields = new Map(
        part.split('\n').map((line) => [/^\w+/.exec(line)?.[0] ?? '', line.replace(/^\w+: /, '')]),
      );
      const data = fields.get('data');
      if (data !== undefined) yield { event: fields.get('event') ?? '', id: fields.get('id'), data };
    }
  }
}
