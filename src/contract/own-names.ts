/** What our networks were trained on: sources without loss, photographs as cameras and JPEG leave them, drawings. */
export const KINDS = ['clean', 'photo', 'drawing'] as const;
export type Kind = (typeof KINDS)[number];

/** `auto` chooses a kind for each image. */
export const KIND_CHOICES = ['auto', ...KINDS] as const;
export type KindChoice = (typeof KIND_CHOICES)[number];

/** Each size takes about four times the work of the one before it. */
export const SIZES = ['s', 'm', 'l'] as const;
export type OwnSize = (typeof SIZES)[number];

export const EFFORTS = ['fast', 'balanced', 'best'] as const;
export type Effort = (typeof EFFORTS)[number];

const SIZE_OF: Readonly<Record<Effort, OwnSize>> = { fast: 's', balanced: 'm', best: 'l' };

/** The factor of all our families where none is asked for, whatever factors they have. */
export const OWN_FACTOR = 2;

export interface OwnName {
  readonly kind: KindChoice;
  readonly size: OwnSize;
}

/** Such as `auto-m` or `photo-l`. */
export function ownName(kind: KindChoice, size: OwnSize): string {
  return `${kind}-${size}`;
}

/** The name that stands for the networks that `--kind` and `--effort` ask for. */
export function ownNameFor(kind: KindChoice = 'auto', effort: Effort = 'balanced'): string {
  return ownName(kind, SIZE_OF[effort]);
}

/**
 * The network for a pass after the first: what `photo` has mended is clean, and mending it once more would cost
 * detail.
 */
export function laterPass(model: string): string {
  const own = readOwnName(model);
  return own?.kind === 'photo' ? ownName('clean', own.size) : model;
}

/** Undefined where the name is none of our networks. */
export function readOwnName(name: string): OwnName | undefined {
  const [first, second, ...rest] = name.split('-');
  const kind = KIND_CHOICES.find((known) => known === first);
  const size = SIZES.find((known) => known === second);
  return kind && size && rest.length === 0 ? { kind, size } : undefined;
}
