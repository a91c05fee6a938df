/**
 * Order of names as people expect it: digits by their value, so that a2 comes before a10, and letters without
 * regard to ASCII case. The same on every machine, whatever its language. Equal names only compare as 0.
 */
export function compareNatural(a: string, b: string): number {
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    if (isDigit(a, i) && isDigit(b, j)) {
      const endA = endOfDigits(a, i);
      const endB = endOfDigits(b, j);
      const order = compareDigits(withoutZeros(a, i, endA), withoutZeros(b, j, endB));
      if (order !== 0) return order;
      i = endA;
      j = endB;
    } else {
      const order = folded(a, i) - folded(b, j);
      if (order !== 0) return order;
      i += 1;
      j += 1;
    }
  }
  return a.length - i - (b.length - j) || (a < b ? -1 : Number(a > b));
}

function isDigit(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code >= 48 && code <= 57;
}

function endOfDigits(text: string, from: number): number {
  let end = from;
  while (end < text.length && isDigit(text, end)) end += 1;
  return end;
}

function withoutZeros(text: string, from: number, end: number): string {
  let start = from;
  while (start < end - 1 && text[start] === '0') start += 1;
  return text.slice(start, end);
}

function compareDigits(a: string, b: string): number {
  return a.length - b.length || (a < b ? -1 : Number(a > b));
}

function folded(text: string, at: number): number {
  const code = text.charCodeAt(at);
  return code >= 65 && code <= 90 ? code + 32 : code;
}
