/** What an axis shows. */
export interface Axis {
  readonly label: string;
  /** `bytes` is shown as KiB, MiB or GiB; any other stands behind the label as it is. */
  readonly unit?: string;
  /** Where the axis begins and ends, where the values alone should not decide. */
  readonly min?: number;
  readonly max?: number;
  /** The values to mark, such as the thread counts that were measured. */
  readonly ticks?: readonly number[];
  /** `log2` for counts that double. Default linear. */
  readonly scale?: 'linear' | 'log2';
}

/** An axis laid out: from values to places. */
export interface Scale {
  readonly title: string;
  readonly ticks: readonly Tick[];
  /** Share 0..1 of the way along the axis. */
  readonly at: (value: number) => number;
  /** The value with its unit, for people. */
  readonly show: (value: number) => string;
  /** The value in the unit of the title. */
  readonly showBare: (value: number) => string;
}

export interface Tick {
  readonly value: number;
  readonly text: string;
}

/**
 * @param values all that the axis must hold
 * @param places about how many ticks there is room for
 */
export function layOut(axis: Axis, values: readonly number[], places: number): Scale {
  const finite = values.filter((value) => Number.isFinite(value));
  const low = axis.min ?? minimum(finite);
  const high = Math.max(axis.max ?? maximum(finite), low);
  const { name, size } = unitOf(axis.unit, Math.max(Math.abs(low), Math.abs(high)));
  const title = name ? `${axis.label} (${name})` : axis.label;
  const showBare = (value: number) => rounded(value / size);
  const show = (value: number) => `${showBare(value)}${name ? ` ${name}` : ''}`;
  const marked = axis.ticks?.map((value) => ({ value, text: showBare(value) }));

  if (axis.scale === 'log2') {
    const from = Math.log2(Math.max(low, Number.MIN_VALUE));
    const span = Math.log2(Math.max(high, low * 2)) - from;
    const powers = Array.from({ length: Math.floor(span + 1e-9) + 1 }, (_, i) => 2 ** (Math.ceil(from) + i));
    return {
      title,
      show,
      showBare,
      ticks: marked ?? powers.map((value) => ({ value, text: showBare(value) })),
      at: (value) => (Math.log2(value) - from) / span,
    };
  }
  const step = niceStep((high - low || Math.abs(high) || 1) / size / places) * size;
  const start = axis.min ?? Math.floor(low / step + 1e-9) * step;
  const end = axis.max ?? Math.max(Math.ceil(high / step - 1e-9) * step, start + step);
  const digits = Math.max(0, -Math.floor(Math.log10(step / size) + 1e-9));
  const first = Math.ceil(start / step - 1e-9);
  const count = Math.floor(end / step + 1e-9) - first + 1;
  const even = Array.from({ length: count }, (_, i) => {
    const value = (first + i) * step;
    return { value, text: (value / size).toFixed(digits) };
  });
  return {
    title,
    show,
    showBare,
    ticks: marked ?? even,
    at: (value) => (value - start) / (end - start || 1),
  };
}

/** 1, 2 or 5 times a power of ten, at least `rough`. */
export function niceStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].find((factor) => factor * power >= rough * (1 - 1e-9)) ?? 10;
  return step * power;
}

const BYTE_UNITS = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

function unitOf(unit: string | undefined, largest: number): { name: string; size: number } {
  if (unit !== 'bytes') return { name: unit ?? '', size: 1 };
  const power = largest < 1024 ? 0 : Math.min(4, Math.floor(Math.log2(largest) / 10));
  return { name: BYTE_UNITS[power] ?? 'bytes', size: 1024 ** power };
}

/** Four digits that matter, no zeros at the end. */
function rounded(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (Math.abs(value) >= 1000) return String(Math.round(value));
  return String(Number(value.toPrecision(4)));
}

// spreading a long curve into Math.min would overflow the stack
const minimum = (values: readonly number[]) =>
  values.reduce((least, value) => Math.min(least, value), values[0] ?? 0);
const maximum = (values: readonly number[]) =>
  values.reduce((most, value) => Math.max(most, value), values[0] ?? 1);
