import { SrganError, type ErrorCode } from './errors.js';

/** Returns an error such as `Expected a number above 0 for scale but received -1 of type number.` */
export function expected(
  what: string,
  name: string,
  value: unknown,
  code: ErrorCode = 'E_USAGE',
): SrganError {
  return new SrganError(
    code,
    `Expected ${what} for ${name} but received ${shown(value)} of type ${typeOf(value)}.`,
  );
}

function shown(value: unknown): string {
  if (typeof value === 'string') return value === '' ? "''" : value.slice(0, 200);
  if (typeof value === 'object' && value !== null) {
    return Array.isArray(value) ? `[${value.map(shown).join(', ')}]`.slice(0, 200) : 'an object';
  }
  return String(value);
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

/** A check of an option's value. */
export interface Check {
  /** What is expected, for the error message. */
  readonly what: string;
  readonly holds: (value: unknown) => boolean;
  /** The same in JSON Schema, where that has words for it. */
  readonly schema?: JsonSchema;
}

export interface JsonSchema {
  readonly type: 'integer' | 'number' | 'boolean' | 'string';
  readonly enum?: readonly string[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
}

export function integer(min: number, max: number, what: string): Check {
  return {
    what,
    holds: (value) => Number.isInteger(value) && inRange(value, min, max),
    schema: { type: 'integer', minimum: min, maximum: max },
  };
}

export function number(min: number, max: number, what: string): Check {
  return {
    what,
    holds: (value) => inRange(value, min, max),
    schema: {
      type: 'number',
      ...(min === Number.MIN_VALUE ? { exclusiveMinimum: 0 } : { minimum: min }),
      maximum: max,
    },
  };
}

export function oneOf(values: readonly string[]): Check {
  return {
    what: `one of: ${values.join(', ')}`,
    holds: (value) => typeof value === 'string' && values.includes(value),
    schema: { type: 'string', enum: values },
  };
}

export const flag: Check = {
  what: 'true or false',
  holds: (value) => typeof value === 'boolean',
  schema: { type: 'boolean' },
};

export const text: Check = {
  what: 'a non-empty string',
  holds: (value) => typeof value === 'string' && value !== '' && !value.includes('\0'),
  schema: { type: 'string' },
};

function inRange(value: unknown, min: number, max: number): boolean {
  return typeof value === 'number' && value >= min && value <= max;
}
