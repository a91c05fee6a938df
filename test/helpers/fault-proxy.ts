import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Fault =
  /** The server does not get the request. */
  | { readonly answer: number; readonly code: string }
  /** The connection is cut before the server gets it. */
  | 'reset'
  /** Half of the answer's body, then the connection is cut. */
  | 'short'
  /** The server does what is asked, and its answer gets lost. */
  | 'lost';

/** Says which requests something happens to. */
export type Rule = (asked: { readonly method: string; readonly path: string }) => Fault | undefined;

export interface FaultProxy {
  readonly port: number;
  /** How many requests something happened to. */
  readonly struck: number;
  /** From now on; the count begins anew. */
  strike(rule: Rule | undefined): void;
  close(): Promise<void>;
}

/** On loopback before a server of HTTP. */
export async function openFaultProxy(target: number): Promise<FaultProxy> {
  let rule: Rule | undefined;
  let struck = 0;
  const server = createServer((asked, answer) => {
    const fault = rule?.({ method: asked.method ?? '', path: asked.url ?? '' });
    if (fault !== undefined) struck += 1;
    handle(asked, answer, fault);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    get struck() {
      return struck;
    },
    strike(next) {
      rule = next;
      struck = 0;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };

  function handle(asked: IncomingMessage, answer: ServerResponse, fault: Fault | undefined): void {
    if (fault === 'reset') {
      asked.socket.destroy();
      return;
    }
    if (typeof fault === 'object') {
      asked.resume();
      const xml = `<?xml version="1.0"?><Error><Code>${fault.code}</Code><Message>injected</Message></Error>`;
      asked.on('end', () =>
        answer
          .writeHead(fault.answer, { 'content-type': 'application/xml' })
          .end(asked.method === 'HEAD' ? undefined : xml),
      );
      return;
    }
    const { method, url, headers } = asked;
    const forwarded = request({ host: '127.0.0.1', port: target, method, path: url, headers }, (got) => {
      if (fault === 'lost') {
        got.resume().on('end', () => asked.socket.destroy());
        return;
      }
      answer.writeHead(got.statusCode ?? 502, got.headers);
      if (fault !== 'short') {
        got.pipe(answer);
        return;
      }
      const chunks: Buffer[] = [];
      got.on('data', (chunk: Buffer) => chunks.push(chunk));
      got.on('end', () => {
        const bytes = Buffer.concat(chunks);
        answer.write(bytes.subarray(0, bytes.length / 2), () => asked.socket.destroy());
      });
    });
    forwarded.on('error', () => asked.socket.destroy());
    asked.pipe(forwarded);
  }
}
