import type { FastifyReply, FastifyRequest } from 'fastify';
import { ServiceError } from './answer.js';

const LOOK_MS = 2000;

/**
 * Aborted when the client goes away before it has its answer, and when nothing of the body has come for so long.
 * @param idleMs without a byte of the body
 */
export function clientSignal(request: FastifyRequest, reply: FastifyReply, idleMs: number): AbortSignal {
  const gone = new AbortController();
  const { socket } = request.raw;
  let { bytesRead } = socket;
  let sinceMs = performance.now();
  const timer = setInterval(
    () => {
      if (request.raw.complete) {
        clearInterval(timer);
        return;
      }
      const now = performance.now();
      if (socket.bytesRead !== bytesRead) {
        ({ bytesRead } = socket);
        sinceMs = now;
      } else if (now - sinceMs >= idleMs) {
        gone.abort(new ServiceError(408, 'E_SLOW', `Nothing came for ${Math.round(idleMs / 1000)} s.`));
      }
    },
    Math.min(LOOK_MS, idleMs),
  );
  timer.unref();
  reply.raw.once('close', () => {
    clearInterval(timer);
    if (!reply.raw.writableFinished)
      gone.abort(new ServiceError(499, 'E_BAD_REQUEST', 'The client went away.'));
  });
  return gone.signal;
}
