import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Registry } from 'prom-client';
import { SrganError, systemCode } from '../../../system/errors.js';

export interface MetricsServer {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Serves a registry at /metrics in the text format of Prometheus.
 * @param address `[HOST]:PORT`; port 0 is any that is free, and without a host only this machine can ask
 * @throws SrganError E_USAGE where it is no such address, or is taken
 */
export async function serveMetrics(address: string, registry: Registry): Promise<MetricsServer> {
  const { host, port } = parse(address);
  const server = createServer((request, response) => {
    if (request.method !== 'GET' || request.url?.split('?')[0] !== '/metrics') {
      response.writeHead(404).end();
      return;
    }
    registry.metrics().then(
      (text) => response.writeHead(200, { 'content-type': registry.contentType }).end(text),
      () => response.writeHead(500).end(),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  }).catch((cause: unknown) => {
    const why = systemCode(cause) === 'EADDRINUSE' ? 'is taken' : 'cannot be listened on';
    throw new SrganError('E_USAGE', `--metrics ${address}: this address ${why}.`, { cause });
  });
  const { port: bound } = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}/metrics`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function parse(address: string): { host: string; port: number } {
  const [, bracketed, plain, digits] = /^(?:\[([\da-f:]+)\]|([^:[\]]*)):(\d{1,5})$/i.exec(address) ?? [];
  const port = Number(digits);
  if (digits !== undefined && port <= 65_535)
    return { host: bracketed ?? (plain === '' || plain === undefined ? '127.0.0.1' : plain), port };
  throw new SrganError(
    'E_USAGE',
    `--metrics takes an address such as :9464 or 0.0.0.0:9464, not '${address}'.`,
  );
}
