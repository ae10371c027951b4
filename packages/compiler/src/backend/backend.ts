// The tfjs backend `onnxruntime`: it records kernels and runs them as one graph when a value is read.
import { type DataType, elementCount, type TensorInfo, tf, type tfjs } from '@flowvae/tensor';
import { sameShape, type Value } from '../graph/graph.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import { views } from '../lowerings/layout.ts';
import { reshaped } from '../lowerings/lowering.ts';
import type { OutputArray } from '../sessions/executable.ts';
import {
  graphType,
  type KernelInputs,
  type Recording,
  recordKernel,
  registerRecordedKernels,
} from '../tracing/recording.ts';
import { GraphRunner } from './graph-runner.ts';
import { PendingGraph } from './pending-graph.ts';

/** The backend's name in tfjs's registry. */
const BACKEND = 'onnxruntime';

/** The tfjs environment flag for the number of cores that one run may use. */
const THREADS_FLAG = 'ONNXRUNTIME_THREADS';

/** A pending graph of this many nodes runs as soon as no operation around it is unfinished, … */
const LONG_GRAPH = 2000;
/** … and one of this many runs at any point. */
const LONGEST_GRAPH = 8000;

const typedArrays = { float32: Float32Array, int32: Int32Array, bool: Uint8Array } as const;

/** The content of a data id: a value of a graph, or plain elements for types that graphs do not hold. */
interface Stored {
  readonly dtype: DataType;
  readonly content: { readonly value: Value } | { readonly values: tfjs.BackendValues };
  refCount: number;
}

/**
 * Records kernels lazily. A read cuts the pending graph: one run computes everything that is still referenced, so later
 * graphs start from elements and nothing is computed twice.
 */
class OnnxRuntimeBackend extends tf.KernelBackend implements Recording {
  readonly engine = 'onnxruntime';
  readonly #data = new tf.DataStorage<Stored>(this, tf.engine());
  readonly #graph = new PendingGraph();
  readonly #runner = new GraphRunner(tf.env().getNumber(THREADS_FLAG));
  /** Whose elements are not known yet. */
  readonly #pending = new Set<Stored>();
  #pendingNodes = 0;
  #outermostScope = Number.POSITIVE_INFINITY;
  builder = new GraphBuilder();

  /** Sessions created so far: one for each structure of graph that was not in the cache. */
  get sessionsCreated(): number {
    return this.#runner.created;
  }

  /** Records one kernel call. */
  record(kernel: string, inputs: KernelInputs, attributes: unknown): TensorInfo | TensorInfo[] {
    if (Object.hasOwn(views, kernel)) return this.#view(kernel as keyof typeof views, inputs, attributes);
    this.#runWhenLong();
    this.builder = new GraphBuilder();
    return recordKernel(this, kernel, inputs, attributes);
  }

  /** A tensor with the same elements and another shape shares their memory, as on tfjs's CPU backend. */
  #view(kernel: keyof typeof views, inputs: KernelInputs, attributes: unknown): TensorInfo {
    const { dataId, dtype } = Object.values(inputs)[0]!;
    this.incRef(dataId);
    return { dataId, dtype, shape: views[kernel](inputs, attributes as never) };
  }

  valueFor({ dataId, shape, dtype }: TensorInfo): Value {
    const { content } = this.#data.get(dataId);
    if (!('value' in content)) return { shape, type: graphType(dtype, this) };
    const { value } = content;
    if (sameShape(value.shape, shape)) return value;
    const elements = this.#graph.elementsOf(value);
    return elements ? this.#graph.leaf(elements, [...shape], value.type) : reshaped(this.builder, value, [...shape]);
  }

  describe(value: Value): TensorInfo {
    this.#take();
    if (elementCount(value.shape) === 0 && !this.#graph.elementsOf(value)) {
      const { type } = value;
      this.#graph.settle([value], [new typedArrays[type as keyof typeof typedArrays](0)]);
    }
    const dataId = {};
    const dtype = value.type as DataType;
    this.#store(dataId, { dtype, content: { value }, refCount: 1 });
    return { dataId, dtype, shape: [...value.shape] };
  }

  /** Moves the current kernel's operators into the pending graph. */
  #take(): void {
    const emitted = this.builder.graph([]);
    this.#graph.add(emitted);
    this.#pendingNodes += emitted.nodes.length;
    this.builder = new GraphBuilder();
  }

  #store(dataId: tfjs.DataId, stored: Stored): void {
    this.#data.set(dataId, stored);
    if ('value' in stored.content && !this.#graph.elementsOf(stored.content.value)) this.#pending.add(stored);
  }

  // Running.

  /**
   * Runs everything pending, at once. If this fails, runs the requested value alone, so that it does not suffer from
   * the other values' errors.
   */
  #runPending(wanted?: Value): void {
    const values = this.#pendingValues();
    if (values.length === 0) return;
    try {
      this.#settle(values, this.#runner.runSync(this.#graph.cut(values)));
    } catch (error) {
      if (!wanted || values.length === 1) throw error;
      this.#settle([wanted], this.#runner.runSync(this.#graph.cut([wanted])));
    }
  }

  #pendingValues(): Value[] {
    return [...new Set([...this.#pending].map(({ content }) => (content as { value: Value }).value))];
  }

  #settle(values: readonly Value[], arrays: readonly OutputArray[]): void {
    this.#graph.settle(values, arrays);
    const known = new Set(values);
    for (const stored of this.#pending) {
      if (known.has((stored.content as { value: Value }).value)) this.#pending.delete(stored);
    }
    this.#pendingNodes = 0;
    this.#outermostScope = Number.POSITIVE_INFINITY;
  }

  /**
   * Keeps the pending graph bounded without reads. In a loop, the graph is cut at the outermost scope seen so far: the
   * cuts then fall on the same few places of the loop's body, and their sessions are reused.
   */
  #runWhenLong(): void {
    const scope = tf.engine().state.scopeStack.length;
    this.#outermostScope = Math.min(this.#outermostScope, scope);
    const long = this.#pendingNodes >= LONG_GRAPH && scope === this.#outermostScope;
    if (long || this.#pendingNodes >= LONGEST_GRAPH) this.#runPending();
  }

  override readSync(dataId: tfjs.DataId): tfjs.BackendValues {
    const { content } = this.#data.get(dataId);
    if (!('value' in content)) return content.values;
    if (!this.#graph.elementsOf(content.value)) this.#runPending(content.value);
    return this.#graph.elementsOf(content.value)!;
  }

  override async read(dataId: tfjs.DataId): Promise<tfjs.BackendValues> {
    if (this.#runner.isSynchronous) return this.readSync(dataId);
    const { content } = this.#data.get(dataId);
    if (!('value' in content)) return content.values;
    if (this.#graph.elementsOf(content.value)) return this.#graph.elementsOf(content.value)!;
    const values = this.#pendingValues();
    this.#settle(values, await this.#runner.run(this.#graph.cut(values)));
    return this.#graph.elementsOf(content.value)!;
  }

  // Data movement, called by tfjs itself.

  override write(values: tfjs.BackendValues, shape: number[], dtype: DataType): tfjs.DataId {
    const dataId = {};
    this.move(dataId, values, shape, dtype, 1);
    return dataId;
  }

  override move(
    dataId: tfjs.DataId,
    values: tfjs.BackendValues,
    shape: number[],
    dtype: DataType,
    refCount: number,
  ): void {
    this.#store(dataId, { dtype, content: this.#content(values, shape, dtype), refCount });
  }

  /** Elements are copied: the caller may write into the array before the graph runs. */
  #content(values: tfjs.BackendValues, shape: number[], dtype: DataType): Stored['content'] {
    if (!Object.hasOwn(typedArrays, dtype)) return { values };
    const type = graphType(dtype, this);
    return { value: this.#graph.leaf(typedArrays[type].from(values as ArrayLike<number>), [...shape], type) };
  }

  override disposeData(dataId: tfjs.DataId, force = false): boolean {
    if (!this.#data.has(dataId)) return true;
    const stored = this.#data.get(dataId);
    stored.refCount--;
    if (!force && stored.refCount > 0) return false;
    this.#pending.delete(stored);
    this.#data.delete(dataId);
    return true;
  }

  override refCount(dataId: tfjs.DataId): number {
    return this.#data.has(dataId) ? this.#data.get(dataId).refCount : 0;
  }

  override incRef(dataId: tfjs.DataId): void {
    this.#data.get(dataId).refCount++;
  }

  decRef(dataId: tfjs.DataId): void {
    if (this.#data.has(dataId)) this.#data.get(dataId).refCount--;
  }

  override numDataIds(): number {
    return this.#data.numDataIds();
  }

  override memory() {
    return {
      unreliable: true,
      reasons: ['Sessions of ONNX Runtime, and JavaScript arrays that are not collected yet, are not counted.'],
    };
  }

  override timerAvailable(): boolean {
    return true;
  }

  /** The time of `f` and of all computations that it left pending, in milliseconds. */
  override async time(f: () => void): Promise<{ kernelMs: number }> {
    this.#runPending();
    const start = tf.util.now();
    f();
    this.#runPending();
    return { kernelMs: tf.util.now() - start };
  }

  override floatPrecision(): 32 {
    return 32;
  }

  override epsilon(): number {
    return 1e-7; // tfjs's value for float32 backends
  }

  override dispose(): void {
    this.#runner.dispose();
  }
}

tf.env().registerFlag(THREADS_FLAG, () => 1);
tf.registerBackend(BACKEND, () => new OnnxRuntimeBackend(), 0);
registerRecordedKernels<OnnxRuntimeBackend>(BACKEND, (backend, kernel, inputs, attributes) =>
  backend.record(kernel, inputs, attributes),
);
