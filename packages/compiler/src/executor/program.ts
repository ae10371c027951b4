// A graph as a program for the executor: calls with addresses, and the memory that they share. Plain data.
import { declaredKernels, elementCount, type KernelDescriptor } from '@flowvae/tensor';
import type { Graph, Named, Value, ValueType } from '../graph/graph.ts';
import { outputName } from '../graph/onnx-model.ts';
import { kernelBytes } from '../stages/kernel-module.ts';
import { Constants } from './constants.ts';
import { Layout } from './layout.ts';
import { operatorOf } from './operators/table.ts';
import type { Call, CallTurn, Place, Work } from './work.ts';

/** Where an array of the graph lies: bytes from the start of the memory. Booleans have 32 bits there. */
export interface Port {
  readonly at: number;
  readonly length: number;
  readonly type: ValueType;
}

/** A call whose arguments are numbers. */
export interface Step {
  readonly function: string;
  readonly arguments: readonly number[];
  readonly isKernel: boolean;
}

/** The steps of each thread between two meetings of all threads. */
type Turn = readonly (readonly Step[])[];

/** Structured-cloneable. */
export interface Program {
  readonly bytes: number;
  /** Inputs and variables by name. */
  readonly given: Readonly<Record<string, Port>>;
  /** Outputs by the session's names. */
  readonly told: Readonly<Record<string, Port>>;
  readonly constants: readonly { readonly at: number; readonly data: Int32Array | Float32Array }[];
  readonly threads: number;
  /** One list of steps for each thread, turn after turn. */
  readonly turns: readonly Turn[];
  /** The module of declared kernels. */
  readonly kernels?: Uint8Array;
}

/** Works with fewer operations take less time than two threads take to meet. */
const WORTH_SHARING = 20_000;

/**
 * The program of a graph.
 *
 * @returns the first operator that the executor does not have, if there is one
 */
export function programOf(graph: Graph, threads: number, worthSharing = WORTH_SHARING): Program | string {
  const constants = new Constants(graph);
  const aliases = new Map<Value, Value>();
  const works: Work[] = [];
  for (const node of graph.nodes) {
    const executed = node.outputs.some(({ type }) => type === 'int64')
      ? undefined
      : operatorOf(node)?.(node, constants);
    if (!executed) return node.operator;
    if ('of' in executed) aliases.set(node.outputs[0]!, executed.of);
    else works.push(...executed);
  }
  const rootOf = (value: Value): Value => {
    const of = aliases.get(value);
    return of ? rootOf(of) : value;
  };
  const turns = turnsOf(works, threads, worthSharing);
  const layout = new Layout({ graph, turns, constants, threads, rootOf });
  const port = ({ value }: Named): Port => ({
    at: layout.at(rootOf(value)),
    length: elementCount(value.shape),
    type: value.type,
  });
  const step = (thread: number) => (call: Call) => resolved(call, (place) => layout.addressOf(place, thread));
  const kernels = turns.flat(2).filter(({ isKernel }) => isKernel);
  return {
    bytes: layout.bytes,
    threads: Math.max(1, ...turns.map(({ length }) => length)),
    given: Object.fromEntries([...graph.inputs, ...graph.variables].map((named) => [named.name, port(named)])),
    told: Object.fromEntries(graph.outputs.map((named) => [outputName(named.name), port(named)])),
    constants: layout.constants(),
    turns: turns.map((turn) => turn.map((calls, thread) => calls.map(step(thread)))),
    ...(kernels.length > 0 ? { kernels: kernelBytes(kernelsOf(graph)) } : {}),
  };
}

const kernelsOf = ({ nodes }: Graph): KernelDescriptor[] =>
  nodes.filter(({ domain }) => domain === 'flowvae').map(({ operator }) => declaredKernels().get(operator)!);

const resolved = ({ function: name, arguments: given, isKernel = false }: Call, address: (place: Place) => number) => ({
  function: name,
  arguments: given.map((argument) => (typeof argument === 'number' ? argument : address(argument))),
  isKernel,
});

/** Large works are shared in turns of their own; the first thread does the others, one after the other. */
function turnsOf(works: readonly Work[], threads: number, worthSharing: number): CallTurn[] {
  const turns: CallTurn[] = [];
  let alone: Call[] = [];
  const finish = () => {
    if (alone.length > 0) turns.push([alone]);
    alone = [];
  };
  for (const work of works) {
    const { units, operations } = work;
    const parts = threads === 1 || operations < worthSharing ? 1 : Math.floor(Math.min(threads, units));
    if (parts <= 1) {
      alone.push(...work.calls(0, units));
      continue;
    }
    finish();
    const start = (part: number) => Math.floor((part * units) / parts);
    turns.push(Array.from({ length: parts }, (_, part) => work.calls(start(part), start(part + 1))));
  }
  finish();
  return turns;
}
