import type { AddressInfo } from 'node:net';
import { SrganError, systemCode } from '../../system/errors.js';
import { openApp } from './app.js';
import { openJobs } from './jobs/jobs.js';
import { resolveServeOptions, type ServeOptions } from './serve-options.js';
import { openService } from './service.js';

export type { ServeOptions, Token } from './serve-options.js';

/** A service that answers. */
export interface Serving {
  /** Such as http://127.0.0.1:8788 */
  readonly url: string;
  /** Takes nothing new, ends what is being answered, and gives everything back. */
  close(): Promise<void>;
}

/**
 * Starts the HTTP service.
 * @param say told in a sentence what a person who runs it should know
 * @throws SrganError E_USAGE, E_MODEL, E_ENGINE, E_OUT_DIR
 */
export async function serve(
  options: ServeOptions,
  say: (sentence: string) => void = () => undefined,
): Promise<Serving> {
  const settings = await resolveServeOptions(options);
  const draining = new AbortController();
  const service = await openService(settings, { drain: draining.signal, say });
  try {
    const jobs = await openJobs(service);
    const app = await openApp(service, jobs);
    const { host, port } = settings;
    await app.listen({ host, port }).catch((cause: unknown) => {
      throw cannotListen(host, port, cause);
    });
    const { port: bound } = app.server.address() as AddressInfo;
    return {
      url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}`,
      async close() {
        draining.abort(new SrganError('E_CANCELLED', 'The service is stopping.'));
        await app.close();
        await jobs.close();
        await service.close();
      },
    };
  } catch (error) {
    await service.close();
    throw error;
  }
}

function cannotListen(host: string, port: number, cause: unknown): SrganError {
  const code = systemCode(cause);
  const why = code === 'EADDRINUSE' ? 'is taken' : `cannot be listened on (${code ?? 'unknown reason'})`;
  return new SrganError('E_USAGE', `${host}:${port}: this address ${why}.`, {
    cause,
    hint: 'Name another one with --host and --port.',
  });
}
