/** The packet, saying that the pixels stand upright. Any encoding that keeps ASCII passes unharmed. */
export function uprightXmp(xmp: Buffer): Buffer {
  return rewritten(xmp, ['tiff:Orientation'], '1');
}

/** The packet with the dimensions that it states changed to those of the result. */
export function resizedXmp(xmp: Buffer, widthPx: number, heightPx: number): Buffer {
  const wide = rewritten(xmp, ['tiff:ImageWidth', 'exif:PixelXDimension'], String(widthPx));
  return rewritten(wide, ['tiff:ImageLength', 'exif:PixelYDimension'], String(heightPx));
}

function rewritten(xmp: Buffer, properties: readonly string[], value: string): Buffer {
  const found = new RegExp(`((?:${properties.join('|')})\\s*(?:=\\s*["']|>))\\s*\\d+`, 'g');
  return Buffer.from(xmp.toString('latin1').replace(found, `$1${value}`), 'latin1');
}

/** Properties that point at other parts of a file: gain maps, videos, more pictures, a longer packet. */
const POINTERS: readonly { readonly namespace: string; readonly names: string }[] = [
  { namespace: 'http://ns.adobe.com/hdr-gain-map/1.0/', names: '\\w+' },
  { namespace: 'http://ns.google.com/photos/1.0/container/', names: '\\w+' },
  { namespace: 'http://ns.google.com/photos/1.0/camera/', names: '(?:MicroVideo|MotionPhoto)\\w*' },
  { namespace: 'http://ns.adobe.com/xmp/note/', names: 'HasExtendedXMP' },
];

/** The packet without what points at parts of the source file that are not in the result. */
export function withoutDeadPointers(xmp: Buffer): Buffer {
  const before = xmp.toString('latin1');
  let packet = before;
  for (const { namespace, names } of POINTERS) {
    for (const prefix of prefixesOf(packet, namespace)) {
      packet = withoutElements(packet, new RegExp(`<(${prefix}:${names})(?=[\\s/>])`, 'g'));
      packet = packet.replace(new RegExp(`\\s${prefix}:${names}\\s*=\\s*(?:"[^"]*"|'[^']*')`, 'g'), '');
    }
  }
  return packet === before ? xmp : Buffer.from(packet, 'latin1');
}

/** Whether the packet uses a property of this namespace. */
export function hasProperty(xmp: Buffer, namespace: string, names = '\\w+'): boolean {
  const packet = xmp.toString('latin1');
  return [...prefixesOf(packet, namespace)].some((prefix) =>
    new RegExp(`[\\s<]${prefix}:${names}[\\s=/>]`).test(packet),
  );
}

function prefixesOf(packet: string, namespace: string): Set<string> {
  const found = new Set<string>();
  for (const [, prefix, , uri] of packet.matchAll(/\sxmlns:(\w{1,40})\s*=\s*(["'])([^"']{0,200})\2/g)) {
    if (prefix !== undefined && uri === namespace) found.add(prefix);
    if (found.size === MOST_PREFIXES) break;
  }
  return found;
}

const MOST_PREFIXES = 4;

/** Elements never hold one of the same name; where one does not end, the rest stays as it is. */
function withoutElements(packet: string, opening: RegExp): string {
  let kept = '';
  let at = 0;
  for (const found of packet.matchAll(opening)) {
    if (found.index < at) continue;
    const headEnd = packet.indexOf('>', found.index);
    if (headEnd < 0) break;
    const closing = `</${found[1] ?? ''}>`;
    const bodyEnd = packet[headEnd - 1] === '/' ? headEnd + 1 : packet.indexOf(closing, headEnd);
    if (bodyEnd < 0) break;
    kept += packet.slice(at, found.index);
    at = packet[headEnd - 1] === '/' ? headEnd + 1 : bodyEnd + closing.length;
  }
  return kept + packet.slice(at);
}
