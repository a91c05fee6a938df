import path from 'node:path';
import { SrganError } from '../errors.js';

/** A place is a path or an address such as s3://bucket/key or https://host/file. */
export type Scheme = 's3' | 'http';

export const isHttpUrl = (text: string): boolean => /^https?:\/\//i.test(text) && URL.canParse(text);

/** Returns undefined for a path. */
export function schemeOf(place: string): Scheme | undefined {
  if (/^s3:\/\//i.test(place)) return 's3';
  return /^https?:\/\//i.test(place) ? 'http' : undefined;
}

export const isRemote = (place: string): boolean => schemeOf(place) !== undefined;

export interface S3Address {
  readonly bucket: string;
  /** Not percent-decoded; empty for the bucket itself. */
  readonly key: string;
}

/** @throws SrganError E_USAGE if the bucket is missing */
export function s3Address(text: string): S3Address {
  const [, bucket, key = ''] = /^s3:\/\/([^/]+)(?:\/(.*))?$/is.exec(text) ?? [];
  if (bucket === undefined) {
    throw new SrganError('E_USAGE', `${text}: the bucket is missing.`, {
      hint: 'Example: s3://bucket/photos',
    });
  }
  return { bucket, key };
}

export const s3Text = ({ bucket, key }: S3Address): string => `s3://${bucket}/${key}`;

/** Returns the directory or prefix that contains `place`. */
export function directoryOf(place: string): string {
  if (!isRemote(place)) return path.dirname(place);
  return place.slice(0, Math.max(place.lastIndexOf('/'), place.indexOf('://') + 2));
}

/** Makes a path absolute; addresses are already. */
export const absolutePlace = (place: string): string => (isRemote(place) ? place : path.resolve(place));

/** @param relative a path; its separators become slashes below an address */
export function joinPlace(directory: string, relative: string): string {
  if (!isRemote(directory)) return isRemote(relative) ? relative : path.join(directory, relative);
  return `${directory.replace(/\/+$/, '')}/${path.normalize(relative).replaceAll(path.sep, '/')}`;
}

/** Returns the part of `address` below the prefix `base`, or undefined if it is elsewhere. */
export function pathBelow(base: string, address: string): string | undefined {
  const start = `${base.replace(/\/+$/, '')}/`;
  return address.startsWith(start) ? address.slice(start.length) : undefined;
}

/** Returns a safe file name for an address: the last segment of its path or key, percent-decoded for a URL. */
export function nameOf(address: string): string {
  if (schemeOf(address) === 's3') return safePath(s3Address(address).key).split('/').at(-1) ?? '_';
  const segment = new URL(address).pathname.split('/').at(-1) ?? '';
  return safeName(percentDecode(segment).replaceAll('/', '_'));
}

/** Decodes percent escapes; returns malformed text unchanged. */
export function percentDecode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Turns a key into a relative path that cannot escape its directory: keys may contain empty names and `..`. */
export const safePath = (key: string): string => key.split('/').map(safeName).join('/');

function safeName(name: string): string {
  const plain = name.replace(/[\u0000-\u001f\u007f\\]/g, '_');
  return plain === '' || plain === '.' || plain === '..' ? '_'.repeat(Math.max(1, plain.length)) : plain;
}
