// Input shapes of an export: a number is fixed in the file, a name stands for the batch size, which each run chooses.
import type { NamedVariables } from '@flowvae/tensor';
import { SHARED_CONSTANT_SIZE } from '../graph/graph-builder.ts';
import type { InputShapes } from '../tracing/trace.ts';
import { TraceError } from '../tracing/trace-error.ts';
import type { Sizes } from './scaling.ts';

/**
 * Shapes of inputs by name; a named axis (`{ x: ['batch', 784] }`) has any size, the same for all axes of this name.
 */
export type ExportShapes = Readonly<Record<string, readonly (number | string)[]>>;

/** The input that shows the batch size at run time, and two sizes for tracing. */
export interface DynamicAxis {
  readonly name: string;
  readonly input: string;
  readonly axis: number;
  readonly sizes: Sizes;
}

/** The dynamic axis of some shapes, if they have one. */
export function dynamicAxis(shapes: ExportShapes, variables: NamedVariables): DynamicAxis | undefined {
  const named = Object.entries(shapes).flatMap(([input, shape]) =>
    shape.flatMap((size, axis) => (typeof size === 'string' ? [{ name: size, input, axis }] : [])),
  );
  const [first] = named;
  if (!first) return undefined;
  const other = named.find(({ name }) => name !== first.name);
  if (other || first.name === '') {
    throw new TraceError({
      where: 'toOnnx: shapes',
      expected: 'one name for the axes of any size',
      received: other ? `'${first.name}' and '${other.name}'` : 'an empty name',
      remedy: 'give the other axes a number',
    });
  }
  const taken = [...Object.values(shapes), ...Object.values(variables).map(({ shape }) => shape)].flat();
  return { ...first, sizes: unlikelySizes(new Set(taken)) };
}

/**
 * Primes that are no other axis's size, so that nothing matches, divides or broadcasts by chance. They are above the
 * size up to which constants are shared by content, so that both traces share the same constants.
 */
function unlikelySizes(taken: ReadonlySet<number | string>): Sizes {
  const found: number[] = [];
  for (let size = SHARED_CONSTANT_SIZE + 1; found.length < 2; size++)
    if (isPrime(size) && !taken.has(size)) found.push(size);
  return [found[0]!, found[1]!];
}

function isPrime(number: number): boolean {
  for (let divisor = 2; divisor * divisor <= number; divisor++) if (number % divisor === 0) return false;
  return true;
}

/** The shapes at one batch size. */
export const shapesAt = (shapes: ExportShapes, size: number): InputShapes =>
  Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => [
      name,
      shape.map((axis) => (typeof axis === 'string' ? size : axis)),
    ]),
  );
