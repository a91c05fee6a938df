/** A rectangle of a picture, in its own units. */
export interface Area {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

export interface LabelledPoint {
  readonly x: number;
  readonly y: number;
  readonly widthPx: number;
}

/** Where the area of a label's text begins, and its base line. */
export interface LabelPlace {
  readonly x: number;
  readonly y: number;
  /** Which end of the text stands at its end of the area, where the text is narrower. */
  readonly anchor: 'start' | 'middle' | 'end';
  /** It stands so far off that a line must lead to it. */
  readonly far: boolean;
}

const HEIGHT = 14;
/** Of the text above its base line. */
const RISE = 11;
const POINT = 7;
const RINGS = 12;

/**
 * Gives each label a place where it runs into no other, into no point and not out of the picture: beside its point,
 * above or below it, or else farther off, the nearest that is free. One that fits nowhere has none.
 */
export function labelPlaces(points: readonly LabelledPoint[], within: Area): (LabelPlace | undefined)[] {
  const taken: Area[] = points.map(({ x, y }) => ({
    left: x - POINT,
    right: x + POINT,
    top: y - POINT,
    bottom: y + POINT,
  }));
  return points.map((point) => {
    for (const place of candidates(point)) {
      const area = areaOf(place, point.widthPx);
      if (!inside(area, within) || taken.some((other) => meet(area, other))) continue;
      taken.push(area);
      return place;
    }
    return undefined;
  });
}

function* candidates({ x, y, widthPx }: LabelledPoint): Generator<LabelPlace> {
  const middle = y + RISE / 2 - 1;
  for (let ring = 0; ring < RINGS; ring++) {
    const far = ring > 0;
    const away = POINT + 3 + ring * HEIGHT;
    const lift = ring * HEIGHT;
    for (const aside of far ? [POINT + 3, away] : [away]) {
      for (const dy of far ? [0, -lift, lift] : [0]) {
        yield { x: x + aside, y: middle + dy, anchor: 'start', far };
        yield { x: x - aside - widthPx, y: middle + dy, anchor: 'end', far };
      }
    }
    yield { x: x - widthPx / 2, y: y - away, anchor: 'middle', far };
    yield { x: x - widthPx / 2, y: y + away + RISE - 2, anchor: 'middle', far };
  }
}

const areaOf = ({ x, y }: { x: number; y: number }, widthPx: number): Area => ({
  left: x,
  right: x + widthPx,
  top: y - RISE,
  bottom: y - RISE + HEIGHT,
});

const meet = (a: Area, b: Area) =>
  a.left < b.right && a.right > b.left && a.top < b.bottom && a.bottom > b.top;

const inside = (a: Area, within: Area) =>
  a.left >= within.left && a.right <= within.right && a.top >= within.top && a.bottom <= within.bottom;
