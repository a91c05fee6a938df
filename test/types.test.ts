import test from 'ava';
import { expectTypeOf } from 'expect-type';
import {
  fromDisk,
  onDisk,
  pipe,
  SrganError,
  type ErrorCode,
  type Inputs,
  type Outcome,
  type PipeOptions,
  type SourceSpec,
  type Status,
  type Summary,
} from '../src/index.js';

// what is asserted here is asserted by the compiler; a type that drifts fails the build

test('pipe takes options and promises a summary', (t) => {
  expectTypeOf(pipe).parameters.toEqualTypeOf<[PipeOptions]>();
  expectTypeOf(pipe).returns.resolves.toEqualTypeOf<Summary>();
  t.is(pipe.length, 1);
});

test('a path is bytes or a string on the disk, and a string here', (t) => {
  expectTypeOf(onDisk).toEqualTypeOf<(path: string) => string | Buffer>();
  expectTypeOf(fromDisk).toEqualTypeOf<(bytes: Uint8Array) => string>();
  t.is(fromDisk(Buffer.from('a.png')), 'a.png');
});

test('only the inputs are needed', (t) => {
  expectTypeOf<{ inputs: string[] }>().toExtend<PipeOptions>();
  expectTypeOf<{ inputs: readonly ['a/**', 'b.png'] }>().toExtend<PipeOptions>();
  expectTypeOf<{ out: string }>().not.toExtend<PipeOptions>();
  expectTypeOf<{ inputs: 'a.png' }>().not.toExtend<PipeOptions>();
  t.pass();
});

test('each kind of input carries what it needs and nothing else', (t) => {
  type Kind<K extends Inputs['kind']> = Extract<Inputs, { kind: K }>;
  expectTypeOf<Kind<'patterns'>['patterns']>().toEqualTypeOf<readonly string[]>();
  expectTypeOf<Kind<'list'>['stream']>().toEqualTypeOf<AsyncIterable<Uint8Array>>();
  expectTypeOf<AsyncGenerator<SourceSpec>>().toExtend<Kind<'iterable'>['sources']>();
  expectTypeOf<Generator<string>>().toExtend<Kind<'iterable'>['sources']>();
  expectTypeOf<{ kind: 'list' }>().not.toExtend<Inputs>();
  t.pass();
});

test('options take only values that mean something', (t) => {
  expectTypeOf<'webp'>().toExtend<NonNullable<PipeOptions['format']>>();
  expectTypeOf<'bmp'>().not.toExtend<NonNullable<PipeOptions['format']>>();
  expectTypeOf<'5%'>().toExtend<NonNullable<PipeOptions['maxFailures']>>();
  expectTypeOf<'five'>().not.toExtend<NonNullable<PipeOptions['maxFailures']>>();
  expectTypeOf<AbortSignal>().toExtend<NonNullable<PipeOptions['signal']>>();
  t.pass();
});

test('an outcome tells its status, and is read-only', (t) => {
  expectTypeOf<Outcome['status']>().toEqualTypeOf<Status>();
  expectTypeOf<Outcome['warnings']>().toEqualTypeOf<readonly string[]>();
  expectTypeOf<Outcome['dst']>().toEqualTypeOf<string | undefined>();
  expectTypeOf<Summary['counts'][Status]>().toEqualTypeOf<number>();
  expectTypeOf<Summary['exitStatus']>().toEqualTypeOf<0 | 1 | 2>();
  t.pass();
});

test('an error has one of the codes there are', (t) => {
  const error = new SrganError('E_USAGE', 'A sentence.');
  expectTypeOf(error.code).toEqualTypeOf<ErrorCode>();
  expectTypeOf(error).toExtend<Error>();
  expectTypeOf<'E_NO_SUCH_CODE'>().not.toExtend<ErrorCode>();
  t.true(error instanceof Error);
});
