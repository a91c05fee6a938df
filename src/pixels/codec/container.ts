export type Container = 'png' | 'jpeg' | 'gif' | 'webp' | 'tiff' | 'heif';

/** The kind of file that the first 12 bytes promise, whatever follows. */
export function containerOf(bytes: Buffer): Container | undefined {
  const head = bytes.toString('latin1', 0, 12);
  if (head.startsWith('\x89PNG\r\n\x1a\n')) return 'png';
  if (head.startsWith('\xff\xd8\xff')) return 'jpeg';
  if (head.startsWith('GIF8')) return 'gif';
  if (head.startsWith('RIFF') && head.startsWith('WEBP', 8)) return 'webp';
  if (/^(II[*+]\0|MM\0[*+])/.test(head)) return 'tiff';
  if (/^ftyp(avi|mif1|msf1|hei|hev)/.test(head.slice(4))) return 'heif';
  return undefined;
}

/** ISO/IEC 23008-12: the brands that libvips knows. */
const HEIF_BRANDS = /^(avi[fs]|mif1|msf1|hei[cmsx]|hev[cms])$/;
const LONGEST_HEIF_HEAD = 2048;

/**
 * Whether libvips takes a file with these first 12 bytes for one of the kinds that are read, so that none of its
 * other decoders sees the file.
 */
export function isReadable(head: Buffer): boolean {
  const container = containerOf(head);
  if (container !== 'heif') return container !== undefined;
  const length = head.readUInt32BE(0);
  return HEIF_BRANDS.test(head.toString('latin1', 8, 12)) && length <= LONGEST_HEIF_HEAD && length % 4 === 0;
}
