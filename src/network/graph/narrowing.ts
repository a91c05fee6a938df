import type { Narrowing } from '../../contract/tiles.js';
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
