/** Training material of the built-in networks: lossless sources, photographs with JPEG artifacts, drawings. */
export const KINDS = ['clean', 'photo', 'drawing'] as const;
export type Kind = (typeof KINDS)[number];

/** `auto` chooses the kind of each image. */
export const KIND_CHOICES = ['auto', ...KINDS] as const;
export type KindChoice = (typeof KIND_CHOICES)[number];

/** Each size does about four times the work of the one before it. */
export const SIZES = ['s', 'm', 'l'] as const;
export type OwnSize = (typeof SIZES)[number];

export const EFFORTS = ['fast', 'balanced', 'best'] as const;
export type Effort = (typeof EFFORTS)[number];

const SIZE_OF: Readonly<Record<Effort, OwnSize>> = { fast: 's', balanced: 'm', best: 'l' };

/** Default factor of all built-in families. */
export const OWN_FACTOR = 2;

export interface OwnName {
  readonly kind: KindChoice;
  readonly size: OwnSize;
}

/** Such as `auto-m` or `photo-l`. */
export function ownName(kind: KindChoice, size: OwnSize): string {
  return `${kind}-${size}`;
}

/** Returns the name of the networks that `--kind` and `--effort` select. */
export function ownNameFor(kind: KindChoice = 'auto', effort: Effort = 'balanced'): string {
  return ownName(kind, SIZE_OF[effort]);
}

/** Returns the network for a later pass: the output of `photo` is clean, and another repair would cost detail. */
export function laterPass(model: string): string {
  const own = readOwnName(model);
  return own?.kind === 'photo' ? ownName('clean', own.size) : model;
}

/** Parses the name of a built-in network; undefined for any other name. */
export function readOwnName(name: string): OwnName | undefined {
  const [first, second, ...rest] = name.split('-');
  const kind = KIND_CHOICES.find((known) => known === first);
  const size = SIZES.find((known) => known === second);
  return kind && size && rest.length === 0 ? { kind, size } : undefined;
}
