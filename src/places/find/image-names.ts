import path from 'node:path';
import type { Matcher } from './match.js';

/** Extensions of supported images, without the dot. */
export const IMAGE_EXTENSIONS = [
  ...['png', 'jpg', 'jpeg', 'jpe', 'jfif', 'mpo', 'webp', 'avif', 'tif', 'tiff', 'gif'],
  ...['bmp', 'dib', 'ppm', 'pgm', 'pbm', 'pnm', 'pam'],
];

export const IMAGE_NAME = new RegExp(`\\.(?:${IMAGE_EXTENSIONS.join('|')})$`, 'i');

/** Extensions of unsupported images, without the dot. */
const UNREAD_EXTENSIONS = new Set([
  ...['tga', 'jp2', 'j2k', 'jpf', 'jpx', 'jxl', 'heic', 'heif', 'hif', 'svg', 'psd', 'psb', 'xcf', 'kra'],
  ...['exr', 'hdr', 'pfm', 'dds', 'ktx', 'ico', 'cur', 'icns', 'pcx', 'sgi'],
  ...['xbm', 'xpm', 'qoi', 'wdp', 'jxr'],
  ...['dng', 'cr2', 'cr3', 'nef', 'arw', 'orf', 'rw2', 'raf', 'pef', 'srw'],
]);

/** The number of unsupported images by extension. */
export type UnreadCounts = Readonly<Record<string, number>>;

export interface UnreadKinds {
  readonly counts: UnreadCounts;
  add(name: string): void;
}

export function openUnreadKinds(): UnreadKinds {
  const counts: Record<string, number> = {};
  return {
    counts,
    add(name) {
      const extension = extensionOf(name);
      counts[extension] = (counts[extension] ?? 0) + 1;
    },
  };
}

const extensionOf = (name: string) => path.extname(name).slice(1).toLowerCase();

export const isUnreadName = (name: string) =>
  !name.startsWith('.') && UNREAD_EXTENSIONS.has(extensionOf(name));

/** Selects the unsupported images of a directory, by name. */
export const matchUnreadImages: Matcher = (_, entries) => ({
  selected: new Set(
    entries.filter(({ name, isDirectory }) => !isDirectory && isUnreadName(name)).map(({ name }) => name),
  ),
  descended: new Set(),
});

/** Returns `3 files of unsupported kinds were ignored: 2 tga, 1 jp2.`, or undefined if there were none. */
export function unreadSentence(counts: UnreadCounts): string | undefined {
  const kinds = Object.entries(counts).sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
  const files = kinds.reduce((sum, [, count]) => sum + count, 0);
  if (files === 0) return undefined;
  const what = files === 1 ? '1 file of an unsupported kind was' : `${files} files of unsupported kinds were`;
  return `${what} ignored: ${kinds.map(([kind, count]) => `${count} ${kind}`).join(', ')}.`;
}
