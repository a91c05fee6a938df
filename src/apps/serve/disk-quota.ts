import { ServiceError } from './answer.js';

/** Bytes on the disk that are held for clients. */
export interface DiskQuota {
  readonly usedBytes: number;
  /** @throws ServiceError 507 where there is no room; nothing is taken then */
  take(bytes: number): void;
  /** Takes what is there already, over the limit or not. */
  count(bytes: number): void;
  give(bytes: number): void;
}

export function openDiskQuota(maxBytes: number): DiskQuota {
  let used = 0;
  return {
    get usedBytes() {
      return used;
    },
    take(bytes) {
      if (used + bytes > maxBytes)
        throw new ServiceError(507, 'E_DISK_QUOTA', 'The service has no room for more files now.', 60);
      used += bytes;
    },
    count(bytes) {
      used += bytes;
    },
    give(bytes) {
      used = Math.max(0, used - bytes);
    },
  };
}
