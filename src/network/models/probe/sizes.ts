import { SrganError } from '../../../system/errors.js';
import { picture } from './picture.js';
import type { Planes, Probe } from './planes-probe.js';

export interface Sizes {
  readonly factor: number;
  /** Sides are multiples of this. */
  readonly multiple: number;
}

const MULTIPLES = [
  ...Array.from({ length: 16 }, (_, i) => i + 1),
  ...[20, 24, 28, 32, 40, 48, 56, 64, 80, 96, 128],
];

/**
 * How many times larger an image becomes, and which sides the network takes.
 * @param stated the multiple, where it is known
 * @throws SrganError E_MODEL
 */
export async function findSizes(title: string, { run }: Probe, stated?: number): Promise<Sizes> {
  const failures: string[] = [];
  let cause: unknown;
  for (const multiple of stated === undefined ? MULTIPLES : [stated]) {
    const [width, height] = sidesOf(multiple);
    try {
      const made = await run(picture({ width, height, range: [0, 1] }));
      const factor = factorOf(made, width, height);
      if (factor !== undefined) return { factor, multiple };
      failures.push(`${made.width} × ${made.height} of ${width} × ${height}`);
    } catch (error) {
      cause ??= error;
    }
  }
  const [made] = failures;
  if (made === undefined && cause instanceof SrganError) throw withHint(cause);
  throw withHint(new SrganError('E_MODEL', `${title}: the network makes ${made ?? 'nothing'} pixels.`));
}

/** The same where the network takes one size alone. */
export async function findFactor(
  title: string,
  { run }: Probe,
  { width, height }: { readonly width: number; readonly height: number },
): Promise<number> {
  const made = await run(picture({ width, height, range: [0, 1] }));
  const factor = factorOf(made, width, height);
  if (factor !== undefined) return factor;
  const sizes = `${made.width} × ${made.height} of ${width} × ${height}`;
  throw new SrganError('E_MODEL', `${title}: the network makes ${sizes} pixels.`);
}

function factorOf(made: Planes, width: number, height: number): number | undefined {
  const factor = made.width / width;
  return Number.isInteger(factor) && factor >= 1 && made.height === height * factor ? factor : undefined;
}

/** Two sides that have no more in common than the multiple. */
function sidesOf(multiple: number): [number, number] {
  if (multiple > 16) return [multiple, 3 * multiple];
  const primes = [5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41];
  const first = primes.findIndex((prime) => prime * multiple >= 36);
  return [(primes[first] ?? 37) * multiple, (primes[first + 1] ?? 41) * multiple];
}

function withHint({ code, message, cause }: SrganError): SrganError {
  const hint =
    'Where it takes images of one size, or of multiples of a number alone, state it in a file beside it: {"tile": [128, 128]} or {"multiple": 8}.';
  return new SrganError(code, message, { cause, hint });
}
