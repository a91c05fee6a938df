import { withPackages } from '../system/installed.js';

/** Loads modules that use the queue. @throws SrganError E_QUEUE where its packages are not installed */
export function withQueuePackages<T>(load: () => Promise<T>): Promise<T> {
  return withPackages('srgan jobs', ['bullmq', 'ioredis'], 'E_QUEUE', load);
}
