import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { temporaryDirectory } from './temporary-directory.js';

/** Files in PEM of an authority that nobody knows, and of a server's certificate by it. */
export interface Certificate {
  readonly authority: string;
  readonly certificate: string;
  readonly key: string;
}

export const hasOpenssl = spawnSync('openssl', ['version']).status === 0;

/** Made with the openssl command, for a day. */
export async function certificateFor(t: ExecutionContext, host: string): Promise<Certificate> {
  const directory = await temporaryDirectory(t);
  const file = (name: string) => join(directory, name);
  const openssl = (...args: string[]) => {
    const { status, stderr } = spawnSync('openssl', args, { encoding: 'utf8' });
    if (status !== 0) throw new Error(`openssl ${args[0] ?? ''}: ${stderr}`);
  };
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const made = { authority: file('authority.pem'), certificate: file('server.pem'), key: file('server.key') };
  const [authorityKey, request, extension] = ['authority.key', 'request.pem', 'extension'].map(file) as [
    string,
    string,
    string,
  ];
  openssl(
    ...['req', '-x509', ...curve, '-days', '1', '-subj', '/CN=authority of a test'],
    ...['-addext', 'basicConstraints=critical,CA:TRUE', '-keyout', authorityKey, '-out', made.authority],
  );
  openssl('req', ...curve, '-subj', `/CN=${host}`, '-keyout', made.key, '-out', request);
  writeFileSync(extension, `subjectAltName=DNS:${host}\n`);
  openssl(
    ...['x509', '-req', '-in', request, '-days', '1', '-extfile', extension, '-out', made.certificate],
    ...['-CA', made.authority, '-CAkey', authorityKey, '-CAcreateserial'],
  );
  return made;
}
