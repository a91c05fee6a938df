import { crc32, deflateRawSync, gzipSync } from 'node:zlib';

/** Names and contents of files; a name may be one that no archive should have. */
export type Contents = Readonly<Record<string, string | Uint8Array>>;

/** A ZIP file of deflated entries. */
export function zipOf(contents: Contents): Buffer {
  const parts: Buffer[] = [];
  const central: Buffer[] = [];
  let at = 0;
  for (const [name, content] of Object.entries(contents)) {
    const bytes = Buffer.from(content);
    const packed = deflateRawSync(bytes);
    const facts = Buffer.alloc(22);
    facts.writeUInt16LE(8, 4);
    facts.writeUInt32LE(crc32(bytes), 10);
    facts.writeUInt32LE(packed.length, 14);
    facts.writeUInt32LE(bytes.length, 18);
    const lengths = Buffer.alloc(4);
    lengths.writeUInt16LE(Buffer.byteLength(name), 0);
    const local = Buffer.concat([word(0x04034b50), facts, lengths, Buffer.from(name), packed]);
    central.push(
      word(0x02014b50),
      Buffer.alloc(2),
      facts,
      lengths,
      Buffer.alloc(10),
      word(at),
      Buffer.from(name),
    );
    parts.push(local);
    at += local.length;
  }
  const list = Buffer.concat(central);
  return Buffer.concat([
    ...parts,
    list,
    word(0x06054b50),
    Buffer.alloc(8),
    word(list.length),
    word(at),
    Buffer.alloc(2),
  ]);
}

function word(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

/** A gzipped tar file; a name of more than 100 bytes is written as pax has it, LINK -> TARGET as a symbolic link. */
export function tarOf(contents: Contents): Buffer {
  const parts = Object.entries(contents).flatMap(([name, content]) => {
    const [own = '', target] = name.split(' -> ');
    if (own.length <= 100) return [tarEntry(own, content, target === undefined ? '0' : '2', target)];
    return [tarEntry('pax', paxRecord('path', own), 'x'), tarEntry(own.slice(0, 100), content, '0')];
  });
  return gzipSync(Buffer.concat([...parts, Buffer.alloc(1024)]));
}

function tarEntry(name: string, content: string | Uint8Array, type: string, target = ''): Buffer {
  const bytes = Buffer.from(content);
  const header = Buffer.alloc(512);
  header.write(name, 0);
  header.write(bytes.length.toString(8).padStart(11, '0'), 124);
  header.write(' '.repeat(8), 148);
  header.write(type, 156);
  header.write(target, 157);
  header.write('ustar\0' + '00', 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return Buffer.concat([header, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)]);
}

/** `LENGTH KEY=VALUE\n`, where the length counts itself. */
function paxRecord(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`;
  let length = rest.length;
  while (length !== rest.length + String(length).length) length = rest.length + String(length).length;
  return `${length}${rest}`;
}
