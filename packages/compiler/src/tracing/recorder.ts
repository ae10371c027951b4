// A tfjs backend whose kernels record instead of computing: tfjs then walks through loss and gradients by itself.
import { countKernelsOf, type DataType, declaredKernels, type TensorInfo, tf, type tfjs } from '@flowvae/tensor';
import type { Value } from '../graph/graph.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import {
  activeOperations,
  graphType,
  type KernelInputs,
  type Recording,
  recordKernel,
  registerRecordedKernels,
} from './recording.ts';
import { randomDraw, valueRead } from './trace-error.ts';

/**
 * The recording backend's names in tfjs's registry: with tfjs's kernels only, for portable graphs, and with kernels of
 * our own too.
 */
export const RECORDER = 'flowvae-recorder';
export const RECORDER_WITH_OWN = 'flowvae-recorder-own';
/** The same for graphs that a device runs. */
export const RECORDER_FOR_DEVICE = 'flowvae-recorder-device';

/** Operations that draw random numbers eagerly; the graph would hold these numbers as constants. */
const RANDOM_OPERATION = /^(rand(om\w*)?|truncatedNormal|multinomial|dropout)$/;

class Recorder extends tf.KernelBackend implements Recording {
  readonly engine = 'compile';
  /** The value of each tensor in the running trace. Captured eager tensors join at their first use. */
  #values = new WeakMap<tfjs.DataId, Value>();
  #builder: GraphBuilder | undefined;

  /** Starts a trace; every kernel call goes into its builder until `finish`. */
  start(isForDevice = false): GraphBuilder {
    if (this.#builder) throw new Error('compile: a traced function cannot trace another one');
    this.#values = new WeakMap();
    this.#builder = new GraphBuilder({ isForDevice });
    return this.#builder;
  }

  finish(): void {
    this.#builder = undefined;
  }

  get builder(): GraphBuilder {
    if (!this.#builder) throw new Error(`compile: the backend '${RECORDER}' works only inside a trace`);
    return this.#builder;
  }

  /** Makes a data id, such as a variable's, stand for a value of the graph. */
  bind(dataId: tfjs.DataId, value: Value): void {
    this.#values.set(dataId, value);
  }

  /** A fresh tensor description that stands for a value. */
  describe(value: Value): TensorInfo {
    const dataId = {};
    this.#values.set(dataId, value);
    return { dataId, shape: [...value.shape], dtype: value.type as DataType };
  }

  /** The value of a tensor; a tensor from outside the trace is read on its own backend and embedded. */
  valueFor({ dataId, shape, dtype }: TensorInfo): Value {
    const known = this.#values.get(dataId);
    if (known) return known;
    const owner = tf.engine().state.tensorInfo.get(dataId)?.backend;
    if (!owner || owner === this) throw new Error('compile: a tensor of an earlier trace, or a disposed one, is used');
    const value = this.builder.constant(owner.readSync(dataId) as ArrayLike<number>, shape, graphType(dtype, this));
    this.#values.set(dataId, value);
    return value;
  }

  /** Records one kernel call. */
  record(kernel: string, inputs: KernelInputs, attributes: unknown): TensorInfo | TensorInfo[] {
    return recordKernel(this, kernel, inputs, attributes);
  }

  // Data movement, called by tfjs itself.

  override write(values: tfjs.BackendValues, shape: number[], dtype: DataType): tfjs.DataId {
    const drawing = activeOperations().find((operation) => RANDOM_OPERATION.test(operation));
    if (drawing) throw randomDraw(drawing);
    return this.describe(this.builder.constant(values as ArrayLike<number>, shape, graphType(dtype, this))).dataId;
  }

  override move(dataId: tfjs.DataId, values: tfjs.BackendValues, shape: number[], dtype: DataType): void {
    this.bind(dataId, this.builder.constant(values as ArrayLike<number>, shape, graphType(dtype, this)));
  }

  override read(): never {
    throw valueRead();
  }

  override readSync(): never {
    throw valueRead();
  }

  /** tfjs frees tensors that the user's code no longer holds; the graph still holds their values. */
  override disposeData(): boolean {
    return true;
  }

  override incRef(): void {}
  decRef(): void {}
  override numDataIds(): number {
    return 0;
  }
  override timerAvailable(): boolean {
    return false;
  }
  override floatPrecision(): 32 {
    return 32;
  }
  override epsilon(): number {
    return 1e-7; // tfjs's value for float32 backends
  }
}

export const recorder = new Recorder();

const recorded = (backend: Recorder, ...call: Parameters<Recorder['record']>) => backend.record(...call);

for (const name of [RECORDER, RECORDER_WITH_OWN, RECORDER_FOR_DEVICE]) {
  tf.registerBackend(name, () => recorder, 0);
  registerRecordedKernels<Recorder>(name, recorded);
}

countKernelsOf(RECORDER_FOR_DEVICE);

/** A kernel is declared when its package is loaded, which may be later than this one. */
export function registerDeclaredKernels(): void {
  const open = [...declaredKernels().keys()].filter((name) => !tf.getKernel(name, RECORDER_WITH_OWN));
  if (open.length > 0) registerRecordedKernels<Recorder>(RECORDER_WITH_OWN, recorded, open);
}
