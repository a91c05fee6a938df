import { createHash, timingSafeEqual } from 'node:crypto';
import { hostname } from 'node:os';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ServiceError } from './answer.js';
import type { ServeSettings, Token } from './serve-options.js';
import { isIP } from 'node:net';

declare module 'fastify' {
  interface FastifyRequest {
    /** Whose turn it takes: the name of the token, or the address where there are none. */
    client: string;
  }
}

type GuardSettings = Pick<ServeSettings, 'host' | 'tokens' | 'allowHosts' | 'allowOrigins'>;

/** Wrong tokens from one address before it is refused for a while. */
const MAX_WRONG = 10;

/** Nothing runs in what is answered, wherever it is shown. */
const INERT_POLICY = "default-src 'none'; sandbox; frame-ancestors 'none'";
export const PAGE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** Lets nobody in who may not come: by the Host, the Origin and the token of a request, before its body is read. */
export function addGuard(app: FastifyInstance, settings: GuardSettings): void {
  const { host, tokens, allowHosts, allowOrigins } = settings;
  const names = new Set([host, hostname(), ...allowHosts].map((name) => name.toLowerCase()));
  const origins = new Set(allowOrigins);
  const nameOf = openTokens(tokens);
  const countWrong = app.createRateLimit({
    max: MAX_WRONG,
    timeWindow: '1 minute',
    keyGenerator: (request) => `wrong ${request.ip}`,
  });
  app.decorateRequest('client', '');

  app.addHook('onRequest', async (request, reply) => {
    addHeaders(reply);
    request.client = request.ip;
    // a token is what a page of another site has not got, whatever name it calls us by
    if (tokens.length === 0 && !isOwnName(request.headers.host, names)) {
      throw new ServiceError(421, 'E_FORBIDDEN', 'The service does not answer to this host name.');
    }
    const { origin } = request.headers;
    const isForeign = origin !== undefined && !isSameOrigin(origin, request.headers.host);
    const isAllowed = origin !== undefined && origins.has(origin);
    if (isForeign && !isAllowed) throw foreign();
    if (isForeign) allow(origin, reply);
    if (isForeign && request.method === 'OPTIONS') return reply.code(204).send();
    if (!isGuarded(request)) return;
    const site = request.headers['sec-fetch-site'];
    if ((site === 'cross-site' || site === 'same-site') && !isAllowed) throw foreign();
    if (tokens.length === 0) return;
    request.client = await authenticate(request, reply);
  });

  async function authenticate(request: FastifyRequest, reply: FastifyReply): Promise<string> {
    const wrong = await countWrong(request, { increment: false });
    if (!wrong.isAllowed && wrong.remaining <= 0) {
      throw new ServiceError(
        429,
        'E_UNAUTHORIZED',
        'Too many wrong tokens came from this address.',
        wrong.ttlInSeconds,
      );
    }
    const [, token] = /^Bearer +([\x21-\x7e]{1,500})$/i.exec(request.headers.authorization ?? '') ?? [];
    const name = token === undefined ? undefined : nameOf(token);
    if (name !== undefined) return name;
    if (token !== undefined) await countWrong(request, { increment: true });
    reply.header('www-authenticate', 'Bearer realm="srgan"');
    throw new ServiceError(401, 'E_UNAUTHORIZED', 'This needs a token of the service.');
  }
}

/** What says nothing of anybody's images, and the page that asks for a token, are open to all who reach them. */
const isGuarded = ({ url }: FastifyRequest) => /^\/(v1\/|metrics\b)/.test(new URL(url, 'http://x').pathname);

const foreign = () => new ServiceError(403, 'E_FORBIDDEN', 'Pages of other sites may not call this service.');

function isSameOrigin(origin: string, host: string | undefined): boolean {
  return host !== undefined && URL.canParse(origin) && new URL(origin).host === host.toLowerCase();
}

function addHeaders(reply: FastifyReply): void {
  void reply.headers({
    'content-security-policy': INERT_POLICY,
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'no-referrer',
    'cross-origin-resource-policy': 'same-origin',
    'cross-origin-opener-policy': 'same-origin',
    'cache-control': 'no-store',
  });
}

function allow(origin: string | undefined, reply: FastifyReply): void {
  void reply.headers({
    'access-control-allow-origin': origin,
    'access-control-allow-methods': 'GET, POST, DELETE',
    'access-control-allow-headers': 'authorization, content-type, last-event-id',
    'access-control-expose-headers': 'content-disposition, location, retry-after, srgan-warnings',
    'cross-origin-resource-policy': 'cross-origin',
    vary: 'origin',
  });
}

/** All tokens are compared, each in the same time, so that nothing can be learned from how long it takes. */
function openTokens(tokens: readonly Token[]): (token: string) => string | undefined {
  const digests = tokens.map(({ name, token }) => ({ name, digest: digest(token) }));
  return (token) => {
    const given = digest(token);
    let found: string | undefined;
    for (const { name, digest } of digests) if (timingSafeEqual(digest, given)) found = name;
    return found;
  };
}

const digest = (token: string) => createHash('sha256').update(token).digest();

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
