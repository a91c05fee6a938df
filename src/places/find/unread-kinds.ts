import path from 'node:path';
import type { Choose } from './match.js';

/** Extensions of images that are not read, without the dot. */
const UNREAD = new Set([
  ...['tga', 'jp2', 'j2k', 'jpf', 'jpx', 'jxl', 'heic', 'heif', 'hif', 'svg', 'psd', 'psb', 'xcf', 'kra'],
  ...[
    'exr',
    'hdr',
    'pfm',
    'dds',
    'ktx',
    'ico',
    'cur',
    'icns',
    'pcx',
    'sgi',
    'xbm',
    'xpm',
    'qoi',
    'wdp',
    'jxr',
  ],
  ...['dng', 'cr2', 'cr3', 'nef', 'arw', 'orf', 'rw2', 'raf', 'pef', 'srw'],
]);

/** How many files there were of each kind that is not read, by extension. */
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

export const isUnreadName = (name: string) => !name.startsWith('.') && UNREAD.has(extensionOf(name));

/** Files of a directory whose names say that they are images of a kind that is not read. */
export const unreadImages: Choose = (_, entries) => ({
  taken: new Set(
    entries.filter(({ name, isDirectory }) => !isDirectory && isUnreadName(name)).map(({ name }) => name),
  ),
  entered: new Set(),
});

/** `3 files of kinds that are not read were passed over: 2 tga, 1 jp2`; undefined where there was none. */
export function unreadSentence(counts: UnreadCounts): string | undefined {
  const kinds = Object.entries(counts).sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
  const files = kinds.reduce((sum, [, count]) => sum + count, 0);
  if (files === 0) return undefined;
  const what =
    files === 1 ? '1 file of a kind that is not read was' : `${files} files of kinds that are not read were`;
  return `${what} passed over: ${kinds.map(([kind, count]) => `${count} ${kind}`).join(', ')}.`;
}
