import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { SrganError } from '../../../system/errors.js';
import { createReadStream, readFile, pathExists } from '../../../system/files/fs.js';
import { isRecord } from '../../graph/read/keras/keras-model.js';
import { locatePackage } from '../file/packages.js';
import { PACKAGED } from '../registry.js';
import { archiveSource, packageSource, type Source, type SourceOptions } from './archive-source.js';
import { download, shownUrl, webUrl } from './download.js';

export interface PackageSpec {
  readonly name: string;
  /** Version, range or tag; undefined for the installed version or else the latest. */
  readonly version: string | undefined;
}

const SPEC = /^((?:@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*)(?:@([a-z0-9.^~*+-]+))?$/i;

/**
 * Parses `NAME`, `@SCOPE/NAME@VERSION` or the name of a built-in family; undefined if the text is none of
 * them.
 */
export function packageSpec(text: string): PackageSpec | undefined {
  const family = PACKAGED.find(({ name }) => name === text);
  const [, name, version] = SPEC.exec(family?.package ?? text) ?? [];
  return name === undefined ? undefined : { name, version };
}

/**
 * Opens an npm package: the installed one, or else one from the user's npm registry. Runs none of its code.
 * @throws SrganError E_MODEL, E_NOSPC, E_WRITE, E_CANCELLED
 */
export async function npmSource({ name, version }: PackageSpec, options: SourceOptions): Promise<Source> {
  const directory = await locatePackage(name);
  if (directory !== undefined) {
    const installed = await versionIn(directory);
    if (version === undefined || version === installed) {
      const origin = `${name}@${installed}`;
      const source = await packageSource({ directory, name: path.basename(name), origin });
      if (source) return source;
    }
  }
  const facts = await askRegistry(name, version, options.signal);
  options.onNote(`Downloading ${shownUrl(facts.tarball)}`);
  const archive = path.join(options.work, `${path.basename(name)}-${facts.version}.tgz`);
  const limits = { ...options, maxBytes: options.maxDownloadBytes };
  await download(facts.tarball, archive, limits).catch((cause: unknown) => {
    if (!(cause instanceof SrganError) || cause.code !== 'E_MODEL' || cause.hint) throw cause;
    // npm may have a proxy or credentials that the download needs
    throw new SrganError('E_MODEL', cause.message, {
      cause,
      hint: `npm install ${name}, then add it again.`,
    });
  });
  await checkIntegrity(name, archive, facts.integrity);
  return archiveSource(archive, `${name}@${facts.version}`, options);
}

async function versionIn(directory: string): Promise<string> {
  const facts: unknown = JSON.parse(await readFile(path.join(directory, 'package.json'), 'utf8'));
  return isRecord(facts) ? String(facts.version) : '';
}

interface RegistryFacts {
  readonly version: string;
  readonly tarball: URL;
  /** Subresource integrity, such as `sha512-…`. */
  readonly integrity: string;
}

/** Asks through npm, which has the user's registries and credentials. */
async function askRegistry(
  name: string,
  version: string | undefined,
  signal: AbortSignal,
): Promise<RegistryFacts> {
  const spec = version === undefined ? name : `${name}@${version}`;
  const answer = await npm(['view', spec, 'version', 'dist', '--json'], signal).catch((cause: unknown) => {
    if (signal.aborted) throw new SrganError('E_CANCELLED', `${name}: the download was interrupted.`);
    const text = cause instanceof Error && 'stdout' in cause ? String(cause.stdout) : '';
    const code = /"code": *"([A-Z0-9_]+)"/.exec(text)?.[1] ?? /code (E[A-Z0-9]+)/.exec(String(cause))?.[1];
    const why =
      code === 'E404'
        ? 'is neither a file here nor a package that npm knows'
        : `npm cannot look it up${code ? `: ${code}` : ''}`;
    throw new SrganError('E_MODEL', `${spec}: ${why}.`, { cause });
  });
  const found: unknown = JSON.parse(answer === '' ? '[]' : answer);
  const last: unknown = Array.isArray(found) ? found.at(-1) : found;
  const dist = isRecord(last) && isRecord(last.dist) ? last.dist : {};
  const integrity =
    dist.integrity ?? (typeof dist.shasum === 'string' ? hexIntegrity(dist.shasum) : undefined);
  if (!isRecord(last) || typeof dist.tarball !== 'string' || typeof integrity !== 'string') {
    throw new SrganError('E_MODEL', `${spec}: npm has no such version of the package.`);
  }
  return { version: String(last.version), tarball: webUrl(dist.tarball), integrity };
}

const hexIntegrity = (hex: string) => `sha1-${Buffer.from(hex, 'hex').toString('base64')}`;

/** Checks the strongest stated hash: W3C Subresource Integrity. */
async function checkIntegrity(name: string, archive: string, integrity: string): Promise<void> {
  const stated = integrity
    .split(/\s+/)
    .map((text) => /^(sha512|sha384|sha256|sha1)-(.+?)(?:\?.*)?$/.exec(text));
  const strongest = stated.filter((one) => one !== null).sort((a, b) => strength(b) - strength(a))[0];
  const [, algorithm = '', wanted] = strongest ?? [];
  if (algorithm === '')
    throw new SrganError('E_MODEL', `${name}: the registry states no checksum of the package.`);
  const hash = createHash(algorithm);
  await pipeline(createReadStream(archive), hash);
  const found = hash.digest('base64');
  if (found === wanted) return;
  const sentence = `${name}: the package is not what the registry states: ${algorithm} is ${found}, not ${wanted}.`;
  throw new SrganError('E_MODEL', sentence);
}

const strength = (one: RegExpExecArray) => Number(one[1]?.slice(3));

async function npm(args: readonly string[], signal: AbortSignal): Promise<string> {
  const script = await npmScript();
  // npm.cmd needs a shell; no argument contains a character that is special to it
  const [file, before, shell] = script
    ? [process.execPath, [script], false]
    : ['npm', [], process.platform === 'win32'];
  const env = { ...process.env, npm_config_update_notifier: 'false', npm_config_ignore_scripts: 'true' };
  return new Promise((resolve, reject) => {
    const options = { env, signal, shell, maxBuffer: 2 ** 26, encoding: 'utf8', windowsHide: true } as const;
    execFile(file, [...before, ...args], options, (error, stdout, stderr) => {
      if (error) reject(Object.assign(new Error(stderr, { cause: error }), { stdout }));
      else resolve(stdout.trim());
    });
  });
}

/** Returns npm's own launcher if it is installed beside node. */
async function npmScript(): Promise<string | undefined> {
  const node = path.dirname(process.execPath);
  const within = path.join('node_modules', 'npm', 'bin', 'npm-cli.js');
  for (const script of [path.join(node, within), path.join(node, '..', 'lib', within)]) {
    if (await pathExists(script)) return script;
  }
  return undefined;
}
