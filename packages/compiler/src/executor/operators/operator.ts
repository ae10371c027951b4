// The type of the executor's operators.
import type { Attribute, GraphNode, Value } from '../../graph/graph.ts';
import type { Constants } from '../constants.ts';
import type { Work } from '../work.ts';

/** A result in the memory of an operand, from its start. */
interface Alias {
  readonly of: Value;
}

/** The works of an operator in their order, or a second name of an operand. */
type Executed = readonly Work[] | Alias;

/** Translates a node; undefined if the executor has no function for this form of it. */
export type Operator = (node: GraphNode, constants: Constants) => Executed | undefined;

/** An attribute that is a whole number. */
export function integer({ attributes }: GraphNode, name: string, instead: number): number {
  const given = attributes[name];
  return typeof given === 'number' ? given : instead;
}

/** An attribute that is a float. */
export function float({ attributes }: GraphNode, name: string, instead: number): number {
  const given: Attribute | undefined = attributes[name];
  if (typeof given === 'number') return given;
  return typeof given === 'object' && 'float' in given ? given.float : instead;
}
