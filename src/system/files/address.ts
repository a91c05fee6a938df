import path from 'node:path';
import { SrganError } from '../errors.js';

/** What names a file or object is a path, or an address such as s3://bucket/key or https://host/file. */
export type Scheme = 's3' | 'http';

export const isHttpUrl = (text: string): boolean => /^https?:\/\//i.test(text) && URL.canParse(text);

/** Undefined for a path. */
export function schemeOf(place: string): Scheme | undefined {
  if (/^s3:\/\//i.test(place)) return 's3';
  return /^https?:\/\//i.test(place) ? 'http' : undefined;
}

export const isRemote = (place: string): boolean => schemeOf(place) !== undefined;

export interface S3Address {
  readonly bucket: string;
  /** Taken as it stands, not percent-decoded; empty for the bucket itself. */
  readonly key: string;
}

/** @throws SrganError E_USAGE where no bucket is named */
export function s3Address(text: string): S3Address {
  const [, bucket, key = ''] = /^s3:\/\/([^/]+)(?:\/(.*))?$/is.exec(text) ?? [];
  if (bucket === undefined) {
    throw new SrganError('E_USAGE', `${text}: names no bucket.`, { hint: 'Such as s3://bucket/photos.' });
  }
  return { bucket, key };
}

export const s3Text = ({ bucket, key }: S3Address): string => `s3://${bucket}/${key}`;

/** The directory or prefix that `place` lies in. */
export function directoryOf(place: string): string {
  if (!isRemote(place)) return path.dirname(place);
  return place.slice(0, Math.max(place.lastIndexOf('/'), place.indexOf('://') + 2));
}

/** The place as it is called from every working directory. */
export const absolutePlace = (place: string): string => (isRemote(place) ? place : path.resolve(place));

/** @param relative a path; below an address its separators become slashes */
export function joinPlace(directory: string, relative: string): string {
  if (!isRemote(directory)) return isRemote(relative) ? relative : path.join(directory, relative);
  return `${directory.replace(/\/+$/, '')}/${path.normalize(relative).replaceAll(path.sep, '/')}`;
}

/** The key or path below `base`, an address or prefix; undefined where it does not lie there. */
export function below(base: string, address: string): string | undefined {
  const start = `${base.replace(/\/+$/, '')}/`;
  return address.startsWith(start) ? address.slice(start.length) : undefined;
}

/** Name of the file that an address leads to: of a URL its last segment, percent-decoded. */
export function nameOf(address: string): string {
  if (schemeOf(address) === 's3') return safePath(s3Address(address).key).split('/').at(-1) ?? '_';
  const segment = new URL(address).pathname.split('/').at(-1) ?? '';
  return safeName(percentDecoded(segment).replaceAll('/', '_'));
}

/** What cannot be decoded stays as it is. */
export function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** A key as a relative path that leads nowhere else; keys may hold anything, such as empty names and `..`. */
export const safePath = (key: string): string => key.split('/').map(safeName).join('/');

function safeName(name: string): string {
  const plain = name.replace(/[\u0000-\u001f\u007f\\]/g, '_');
  return plain === '' || plain === '.' || plain === '..' ? '_'.repeat(Math.max(1, plain.length)) : plain;
}
