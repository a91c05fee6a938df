/** A body of which nothing comes for so long is given up. */
export const BODY_IDLE_MS = 30_000;
/** A whole request, with its body. */
export const REQUEST_MS = 15 * 60_000;
export const HEADERS_MS = 15_000;
export const KEEP_ALIVE_MS = 10_000;
/** Proxies close a connection on which nothing comes. */
export const HEARTBEAT_MS = 15_000;
