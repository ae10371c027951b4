// All operators of the executor.
import { declaredKernels } from '@flowvae/tensor';
import type { GraphNode } from '../../graph/graph.ts';
import { at, whole } from '../work.ts';
import { elementwiseOperators } from './elementwise.ts';
import { moveOperators } from './moves.ts';
import type { Operator } from './operator.ts';
import { productOperators } from './products.ts';
import { reductionOperators } from './reductions.ts';

const table: Readonly<Record<string, Operator>> = {
  ...elementwiseOperators,
  ...moveOperators,
  ...productOperators,
  ...reductionOperators,
};

/** A kernel that a package declared: pointers to inputs, outputs and scratch memory, then sizes. */
const declared: Operator = ({ operator, inputs, outputs, attributes }) => {
  const { scratchBytes, wasm } = declaredKernels().get(operator)!;
  const sizes = attributes as Readonly<Record<string, number>>;
  const scratch = scratchBytes ? [{ scratchBytes: scratchBytes(sizes) }] : [];
  const places = [...inputs, ...outputs].map((value) => at(value));
  const operations = Object.values(sizes).reduce((a, b) => a * Math.max(1, b), 1);
  const args = [...places, ...scratch, ...Object.values(sizes)];
  return [whole(operations, { function: wasm.export, arguments: args, isKernel: true })];
};

/** The operator of a node; undefined if the executor has none. */
export const operatorOf = ({ domain, operator }: GraphNode): Operator | undefined =>
  domain === 'flowvae' ? declared : Object.hasOwn(table, operator) ? table[operator] : undefined;
