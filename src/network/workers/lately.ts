/** What a worker has done last, so that it is given more of the same: it has the network for it at hand. */
export interface Lately {
  /** The latest first. */
  readonly kinds: readonly string[];
  note(kind: string): void;
}

/** As many as a worker keeps loaded, and the deflating of bands. */
const MAX_KINDS = 4;

export function openLately(): Lately {
  let kinds: string[] = [];
  return {
    get kinds() {
      return kinds;
    },
    note(kind) {
      kinds = [kind, ...kinds.filter((other) => other !== kind)].slice(0, MAX_KINDS);
    },
  };
}
