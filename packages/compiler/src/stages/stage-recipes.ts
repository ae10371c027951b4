// A graph as plain data with which a thread runs it: models for ONNX Runtime, calls of our own kernels, and the memory
// between them.
import { declaredKernels, ExpectationError, elementCount, type KernelDescriptor } from '@flowvae/tensor';
import type { Graph, Named, Value, ValueType } from '../graph/graph.ts';
import { encodeModel, outputName } from '../graph/onnx-model.ts';
import { bytesOfType } from '../graph/peak-bytes.ts';
import { cutAtKernels, type KernelStage, type SessionStage } from './cut-at-kernels.ts';
import { kernelModule } from './kernel-module.ts';

/** A tensor between stages: bytes from the start of the memory, shape and type. */
export interface CrossingTensor {
  readonly offset: number;
  readonly shape: readonly number[];
  readonly type: ValueType;
}

/** A run of ONNX Runtime. */
export interface SessionPart {
  readonly model: Uint8Array;
  /** Whether outputs go into arrays of the caller, and nowhere else. */
  readonly inPlace: boolean;
  /** Inputs and outputs that the whole graph has, by the session's names. */
  readonly feeds: readonly string[];
  readonly fetches: readonly string[];
  /** Tensors between stages by the session's names. */
  readonly entering: Readonly<Record<string, CrossingTensor>>;
  readonly leaving: Readonly<Record<string, CrossingTensor>>;
}

/** A call of a declared kernel. */
export interface KernelPart {
  /** The function in the memory's module. */
  readonly kernel: string;
  readonly inputs: readonly CrossingTensor[];
  readonly outputs: readonly CrossingTensor[];
  /** Scratch memory, in bytes from the start of the memory; empty for a kernel without scratch. */
  readonly scratch: readonly number[];
  readonly sizes: readonly number[];
}

/** The memory that stages have in common. */
export interface StageMemory {
  readonly module: WebAssembly.Module;
  readonly bytes: number;
  /** Inputs of the graph that kernels read, by name. */
  readonly given: Readonly<Record<string, CrossingTensor>>;
  readonly constants: readonly { readonly tensor: CrossingTensor; readonly data: Graph['constants'][number]['data'] }[];
  /** Outputs of the graph that the memory holds, by name. */
  readonly told: Readonly<Record<string, CrossingTensor>>;
}

/** Structured-cloneable. */
export interface StageRecipes {
  readonly stages: readonly (SessionPart | KernelPart)[];
  /** Absent where ONNX Runtime computes everything. */
  readonly memory?: StageMemory;
}

/** Tensors start at a cache line. */
const ALIGNMENT = 64;

const isKernel = (stage: SessionStage | KernelStage): stage is KernelStage => 'node' in stage;
const descriptorOf = ({ node }: KernelStage): KernelDescriptor => declaredKernels().get(node.operator)!;

/** @param inPlace whether the caller has an array for each output */
export function stageRecipes(graph: Graph, inPlace: boolean): StageRecipes {
  const { stages, crossing } = cutAtKernels(graph);
  const room = new Room();
  const tensors = new Map(crossing.map((value) => [value, room.place(value)]));
  const parts = stages.map((stage) =>
    isKernel(stage) ? kernelPart(stage, tensors, room) : sessionPart(stage, tensors, inPlace),
  );
  const kernels = stages.filter(isKernel).map(descriptorOf);
  if (kernels.length === 0) return { stages: parts };
  refuseTooLarge(room.bytes, kernels[0]!.name);
  const named = (list: readonly Named[]) =>
    list.flatMap(({ name, value }) => (tensors.has(value) ? [[name, tensors.get(value)!] as const] : []));
  return {
    stages: parts,
    memory: {
      module: kernelModule(kernels),
      bytes: room.bytes,
      given: Object.fromEntries(named([...graph.inputs, ...graph.variables])),
      constants: graph.constants.flatMap(({ value, data }) =>
        tensors.has(value) ? [{ tensor: tensors.get(value)!, data }] : [],
      ),
      told: Object.fromEntries(named(graph.outputs).map(([name, tensor]) => [outputName(name), tensor])),
    },
  };
}

/** The capacity of a WebAssembly memory; one page is left for the kernels' tables. */
const MOST_BYTES = 65_535 * 65_536;

function refuseTooLarge(bytes: number, kernel: string): void {
  if (bytes <= MOST_BYTES) return;
  const gib = (size: number) => `${(size / 2 ** 30).toFixed(1)} GiB`;
  throw new ExpectationError({
    where: `compile: tensors around ${kernel}`,
    expected: `at most ${gib(MOST_BYTES)}`,
    received: gib(bytes),
    remedy: 'use a smaller batch',
  });
}

/** Gives out memory from the start on. */
class Room {
  bytes = 0;

  take(bytes: number): number {
    const offset = this.bytes;
    this.bytes += Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
    return offset;
  }

  place({ shape, type }: Value): CrossingTensor {
    return { offset: this.take(bytesOfType[type] * elementCount(shape)), shape, type };
  }
}

function sessionPart(
  { graph, entering, leaving }: SessionStage,
  tensors: ReadonlyMap<Value, CrossingTensor>,
  inPlace: boolean,
): SessionPart {
  const itself = (name: string) => name;
  const placed = (list: readonly Named[], key: (name: string) => string) =>
    Object.fromEntries(list.map(({ name, value }) => [key(name), tensors.get(value)!]));
  const others = (list: readonly Named[], crossing: readonly Named[], key: (name: string) => string) =>
    list.filter((named) => !crossing.includes(named)).map(({ name }) => key(name));
  const stops = inPlace && graph.outputs.some(({ value }) => value.type === 'float32'); // one is the witness
  return {
    model: encodeModel(graph, { inPlace: stops }),
    inPlace: stops,
    feeds: others([...graph.inputs, ...graph.variables], entering, itself),
    fetches: others(graph.outputs, leaving, outputName),
    entering: placed(entering, itself),
    leaving: placed(leaving, outputName),
  };
}

function kernelPart({ node }: KernelStage, tensors: ReadonlyMap<Value, CrossingTensor>, room: Room): KernelPart {
  const { scratchBytes, wasm } = descriptorOf({ node });
  const sizes = node.attributes as Readonly<Record<string, number>>;
  return {
    kernel: wasm.export,
    inputs: node.inputs.map((value) => tensors.get(value)!),
    outputs: node.outputs.map((value) => tensors.get(value)!),
    scratch: scratchBytes ? [room.take(scratchBytes(sizes))] : [],
    sizes: Object.values(sizes),
  };
}
