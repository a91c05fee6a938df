/** The polynomial of ECMA-182, reflected, as two halves. */
const [HIGH, LOW] = [0xc96c5795, 0xd7870f42];

/** CRC-64 as .xz has it. */
export function crc64(bytes: Uint8Array): bigint {
  const table = (tables ??= makeTables());
  let [high, low] = [0xffffffff, 0xffffffff];
  for (const byte of bytes) {
    const at = (low ^ byte) & 0xff;
    low = (((low >>> 8) | (high << 24)) ^ (table.low[at] as number)) >>> 0;
    high = ((high >>> 8) ^ (table.high[at] as number)) >>> 0;
  }
  return (BigInt(~high >>> 0) << 32n) | BigInt(~low >>> 0);
}

let tables: { high: Uint32Array; low: Uint32Array } | undefined;

function makeTables() {
  const made = { high: new Uint32Array(256), low: new Uint32Array(256) };
  for (let byte = 0; byte < 256; byte += 1) {
    let [high, low] = [0, byte];
    for (let i = 0; i < 8; i += 1) {
      const odd = low & 1;
      low = ((low >>> 1) | (high << 31)) >>> 0;
      high >>>= 1;
      if (odd) [high, low] = [(high ^ HIGH) >>> 0, (low ^ LOW) >>> 0];
    }
    made.high[byte] = high;
    made.low[byte] = low;
  }
  return made;
}
