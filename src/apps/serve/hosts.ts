import { isIP } from 'node:net';

/** Whether nobody but this machine can connect to a host that is listened on. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

/** Without port and brackets, in lower case; undefined where it is no host at all. */
export function hostName(header: string | undefined): string | undefined {
  const [, bracketed, plain] =
    /^(?:\[([\da-f:.]+)\]|([^:[\]@/\\?#\s]+))(?::\d{1,5})?$/i.exec(header ?? '') ?? [];
  return (bracketed ?? plain)?.toLowerCase().replace(/\.$/, '');
}

/**
 * Whether a request may have come from a page of ours, as far as its Host says. A page of another site that has its
 * own name lead to this machine (DNS rebinding) sends that name; it can't send an IP address or localhost.
 */
export function isOwnName(header: string | undefined, allowed: ReadonlySet<string>): boolean {
  const name = hostName(header);
  if (name === undefined) return false;
  return isIP(name) !== 0 || name === 'localhost' || name.endsWith('.localhost') || allowed.has(name);
}
