/** A number as [numerator, denominator]: the factors of networks have small denominators. */
export function fraction(value: number): [number, number] {
  const of = [1, 2, 3, 4, 5, 6, 7, 8].find((n) => Math.abs(value * n - Math.round(value * n)) < 1e-6);
  return of === undefined ? [Math.round(value * 1000), 1000] : [Math.round(value * of), of];
}
