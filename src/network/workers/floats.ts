/** Float values that a worker uses again for each tile. */
export interface Floats {
  /** `length` values with undefined content; takes the place of what `name` gave before. */
  take(name: 'planes' | 'turned' | 'sum', length: number): Float32Array;
}

export function createFloats(): Floats {
  const held = new Map<string, Float32Array>();
  return {
    take(name, length) {
      let floats = held.get(name);
      if (!floats || floats.length < length) {
        floats = new Float32Array(length);
        held.set(name, floats);
      }
      return floats.subarray(0, length);
    },
  };
}
