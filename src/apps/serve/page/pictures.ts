import { useEffect, useReducer } from 'preact/hooks';
import {
  ApiError,
  blobUrl,
  follow,
  jobOf,
  removeJob,
  submit,
  token,
  type JobView,
  type Result,
} from './api.js';

/** A picture on the page, from when it is chosen to when its result is there. */
export interface Picture {
  readonly key: string;
  readonly name: string;
  readonly state: 'sending' | 'waiting' | 'working' | 'done' | 'failed';
  /** Of its file that has been sent, 0..1. */
  readonly sent: number;
  /** The file as the browser shows it; undefined after the page was loaded anew. */
  readonly sourceUrl?: string;
  readonly resultUrl?: string;
  readonly result?: Result;
  /** In plain words. */
  readonly problem?: string;
  readonly job?: string;
}

type Change =
  | { readonly kind: 'add'; readonly pictures: readonly Picture[] }
  | { readonly kind: 'change'; readonly keys: ReadonlySet<string>; readonly to: Partial<Picture> }
  | { readonly kind: 'clear' };

function changed(pictures: readonly Picture[], change: Change): readonly Picture[] {
  switch (change.kind) {
    case 'add':
      return [...change.pictures, ...pictures];
    case 'change':
      return pictures.map((picture) =>
        change.keys.has(picture.key) ? { ...picture, ...change.to } : picture,
      );
    case 'clear':
      return [];
  }
}

const JOBS = 'jobs';

/** Ids of the jobs of this tab, so that a reload loses none. */
const remembered = {
  get: (): string[] => JSON.parse(sessionStorage.getItem(JOBS) ?? '[]') as string[],
  set: (ids: readonly string[]) => sessionStorage.setItem(JOBS, JSON.stringify(ids)),
};

let lastKey = 0;

export function usePictures() {
  const [pictures, dispatch] = useReducer(changed, []);
  const change = (keys: readonly string[], to: Partial<Picture>) =>
    dispatch({ kind: 'change', keys: new Set(keys), to });

  useEffect(() => {
    for (const id of remembered.get()) restore(id).catch(reportError);
  }, []);

  async function restore(id: string): Promise<void> {
    try {
      const job = await jobOf(id);
      const added = job.files.map((name): Picture => ({
        key: String(++lastKey),
        name,
        state: 'waiting',
        sent: 1,
        job: id,
      }));
      dispatch({ kind: 'add', pictures: added });
      await watch(
        job,
        added.map(({ key }) => key),
      );
    } catch {
      remembered.set(remembered.get().filter((other) => other !== id));
    }
  }

  async function add(files: readonly File[], options: Readonly<Record<string, string>>): Promise<void> {
    const added = files.map((file): Picture => ({
      key: String(++lastKey),
      name: file.name,
      state: 'sending',
      sent: 0,
      sourceUrl: URL.createObjectURL(file),
    }));
    const keys = added.map(({ key }) => key);
    dispatch({ kind: 'add', pictures: added });
    try {
      const job = await submit(files, options, (sent) => change(keys, { sent }));
      remembered.set([...remembered.get(), job.id]);
      change(keys, { state: 'waiting', sent: 1, job: job.id });
      await watch(job, keys);
    } catch (error) {
      change(keys, { state: 'failed', problem: error instanceof ApiError ? error.message : String(error) });
    }
  }

  /** @param keys of the pictures, by their number in the job */
  async function watch({ id }: JobView, keys: readonly string[]): Promise<void> {
    const waiting = new Set(keys);
    await follow(id, {
      progress({ active }) {
        change(
          active.flatMap((n) => keys[n] ?? []).filter((key) => waiting.has(key)),
          { state: 'working' },
        );
      },
      result(result) {
        const key = keys[result.n];
        if (key === undefined) return;
        waiting.delete(key);
        finish(key, result).catch(reportError);
      },
    });
  }

  async function finish(key: string, result: Result): Promise<void> {
    if (result.url === undefined) {
      const { message, hint = '' } = result.error ?? {};
      const problem = message
        ? `${message} ${hint}`.trim()
        : `It was passed over: ${result.reason ?? 'it has the size'}.`;
      change([key], { state: 'failed', result, problem });
      return;
    }
    const path = result.url.replace(/^\//, '');
    // what shows a picture by its address sends no token
    const resultUrl = token.get() === null ? path : await blobUrl(path);
    change([key], { state: 'done', result, resultUrl });
  }

  async function clear(): Promise<void> {
    const jobs = [...new Set(pictures.flatMap(({ job }) => job ?? []))];
    for (const { sourceUrl, resultUrl } of pictures) {
      if (sourceUrl !== undefined) URL.revokeObjectURL(sourceUrl);
      if (resultUrl?.startsWith('blob:')) URL.revokeObjectURL(resultUrl);
    }
    dispatch({ kind: 'clear' });
    remembered.set([]);
    await Promise.allSettled(jobs.map(removeJob));
  }

  return { pictures, add, clear };
}
