/**
 * Where a tile's halo that nothing after it looks at is taken off. How wide it is there is told when the network is
 * run, since a tile at the border of the image has none beyond it.
 */
export interface Narrowing {
  /** Width of the halo before and after, in input pixels, where the image does not end sooner. */
  readonly fromPx: number;
  readonly toPx: number;
  /** Positions of the tensor for each input pixel. */
  readonly scale: number;
}

/** Names under which a model is given the rows and columns: [first of each], and [end of each]. */
export function edgeNames({ fromPx, toPx, scale }: Narrowing): { starts: string; ends: string } {
  const name = `halo ${fromPx} to ${toPx} at ${scale}`;
  return { starts: `${name} starts`, ends: `${name} ends` };
}

/** The narrowing that a name of its rows and columns tells. */
export function narrowingNamed(name: string): Narrowing | undefined {
  const told = /^halo (\S+) to (\S+) at (\S+) (?:starts|ends)$/.exec(name);
  if (!told) return undefined;
  const [fromPx = NaN, toPx = NaN, scale = NaN] = told.slice(1).map(Number);
  return { fromPx, toPx, scale };
}

/** Positions to be taken off a side with so much halo. */
export function positionsOff({ fromPx, toPx, scale }: Narrowing, haloPx: number): number {
  return (Math.min(haloPx, fromPx) - Math.min(haloPx, toPx)) * scale;
}
