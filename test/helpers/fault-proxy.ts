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

/** The server is asked for something else; no harm is done. */
export interface Detour {
  readonly path: string;
}

/** Says which requests something happens to; the request waits for what it gives. */
export type Rule = (asked: {
  readonly method: string;
  readonly path: string;
}) => Fault | Detour | undefined | Promise<Fault | Detour | undefined>;

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
    void (async () => {
      const given = await rule?.({ method: asked.method ?? '', path: asked.url ?? '' });
      const detour = typeof given === 'object' && 'path' in given ? given : undefined;
      if (given !== undefined && !detour) struck += 1;
      const fault = detour ? undefined : (given as Fault | undefined);
      handle(asked, answer, fault, detour?.path ?? asked.url);
    })();
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

  function handle(
    asked: IncomingMessage,
    answer: ServerResponse,
    fault: Fault | undefined,
    path: string | undefined,
  ): void {
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
    const { method, headers } = asked;
    const forwarded = request({ host: '127.0.0.1', port: target, method, path, headers }, (got) => {
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
