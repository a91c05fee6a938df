/** By what a fact of a network is known. */
export type By = 'graph' | 'file' | 'metadata' | 'format' | 'package' | 'probe' | 'stated';

export interface Known<T> {
  readonly value: T;
  readonly by: By;
}

/** A fact for people. */
export interface Finding {
  readonly what: string;
  readonly value: string;
  readonly by: By;
}

export function stated<T>(value: T | undefined): Known<T> | undefined {
  return value === undefined ? undefined : { value, by: 'stated' };
}
