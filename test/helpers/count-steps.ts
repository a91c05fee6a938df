import { Session } from 'node:inspector/promises';

export interface StepCounter {
  /** Runs `work`, which may fail, and tells how often a block of our code was run meanwhile. */
  steps(work: () => unknown): Promise<number>;
  close(): Promise<void>;
}

/** Counts steps by V8's own coverage: they are the same on every machine, however busy it is. */
export async function countSteps(isOurs: (url: string) => boolean): Promise<StepCounter> {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  const take = async () => {
    const { result } = await session.post('Profiler.takePreciseCoverage');
    return result
      .filter(({ url }) => isOurs(url))
      .flatMap(({ functions }) => functions.flatMap(({ ranges }) => ranges))
      .reduce((sum, { count }) => sum + count, 0);
  };
  return {
    async steps(work) {
      await take();
      try {
        await work();
      } catch (error) {
        if (!(error instanceof Error)) throw error;
      }
      return take();
    },
    async close() {
      await session.post('Profiler.stopPreciseCoverage');
      session.disconnect();
    },
  };
}
