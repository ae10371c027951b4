// A tfjs backend whose kernels record instead of computing: tfjs then walks through loss and gradients by itself.
import { type BackendValues, type DataId, type DataType, type TensorInfo, tf } from '@flowvae/tensor';
import type { Value, ValueType } from './graph.ts';
import { GraphBuilder } from './graph-builder.ts';
import type { Inputs, Lowering } from './lowerings/lowering.ts';
import { lowerings } from './lowerings/table.ts';
import { randomDraw, unsupportedKernel, valueRead } from './trace-error.ts';

/** The recording backend's name in tfjs's registry. */
export const RECORDER = 'flowvae-recorder';

/** Operations that draw random numbers eagerly and would leave them in the graph as constants. */
const RANDOM_OPERATION = /^(rand(om\w*)?|truncatedNormal|multinomial|dropout)__op$/;

class Recorder extends tf.KernelBackend {
  /** What each tensor of the running trace stands for. Captured eager tensors join when they are first used. */
  #values = new WeakMap<DataId, Value>();
  #builder: GraphBuilder | undefined;

  /** Starts a trace; every kernel call goes into its builder until `finish`. */
  start(): GraphBuilder {
    if (this.#builder) throw new Error('compile: a traced function cannot trace another one');
    this.#values = new WeakMap();
    this.#builder = new GraphBuilder();
    return this.#builder;
  }

  finish(): void {
    this.#builder = undefined;
  }

  get builder(): GraphBuilder {
    if (!this.#builder) throw new Error(`compile: the backend '${RECORDER}' works only inside a trace`);
    return this.#builder;
  }

  /** Lets a data id, such as a variable's, stand for a value of the graph. */
  bind(dataId: DataId, value: Value): void {
    this.#values.set(dataId, value);
  }

  /** A fresh tensor description that stands for a value. */
  describe(value: Value): TensorInfo {
    const dataId = {};
    this.#values.set(dataId, value);
    return { dataId, shape: [...value.shape], dtype: value.type as DataType };
  }

  /** The value that a tensor stands for; one from outside the trace is read on its own backend and embedded. */
  valueFor({ dataId, shape, dtype }: TensorInfo): Value {
    const known = this.#values.get(dataId);
    if (known) return known;
    const owner = tf.engine().state.tensorInfo.get(dataId)?.backend;
    if (!owner || owner === this) throw new Error('compile: a tensor of an earlier trace, or a disposed one, is used');
    const value = this.builder.constant(owner.readSync(dataId) as ArrayLike<number>, shape, traceable(dtype));
    this.#values.set(dataId, value);
    return value;
  }

  /** Records one kernel call. */
  record(kernel: string, lowering: Lowering<unknown>, inputs: Record<string, TensorInfo>, attributes: unknown) {
    const values: Record<string, Value> = {};
    for (const [name, info] of Object.entries(inputs)) if (info) values[name] = this.valueFor(info);
    const { builder } = this;
    builder.origin = originOf(kernel);
    const result = lowering(builder, values as Inputs, attributes);
    return Array.isArray(result) ? result.map((value) => this.describe(value)) : this.describe(result);
  }

  // Data movement, called by tfjs itself.

  override write(values: BackendValues, shape: number[], dtype: DataType): DataId {
    const drawing = activeOperations().find((operation) => RANDOM_OPERATION.test(operation));
    if (drawing) throw randomDraw(drawing.replace('__op', ''));
    return this.describe(this.builder.constant(values as ArrayLike<number>, shape, traceable(dtype))).dataId;
  }

  override move(dataId: DataId, values: BackendValues, shape: number[], dtype: DataType): void {
    this.bind(dataId, this.builder.constant(values as ArrayLike<number>, shape, traceable(dtype)));
  }

  override read(): never {
    throw valueRead();
  }

  override readSync(): never {
    throw valueRead();
  }

  /** tfjs frees what the user's code no longer holds; the graph still does. */
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

/** The names of the tfjs operations under way, outermost first; other scopes, such as those of `tidy` and of gradients, are left out. */
function activeOperations(): string[] {
  return tf
    .engine()
    .state.scopeStack.map(({ name }) => name)
    .filter((name) => name.endsWith('__op'));
}

/** `kernel`, and the operation that called it where that has another name. */
function originOf(kernel: string): string {
  const operation = tf.engine().state.activeScope?.name.replace(/__op$/, '') ?? '';
  return operation && operation.toLowerCase() !== kernel.toLowerCase() ? `${operation}: ${kernel}` : kernel;
}

function traceable(dtype: DataType): Exclude<ValueType, 'int64'> {
  if (dtype === 'float32' || dtype === 'int32' || dtype === 'bool') return dtype;
  throw new TypeError(`compile: a constant of type '${dtype}': expected float32, int32 or bool`);
}

export const recorder = new Recorder();

/** Every kernel name that tfjs knows: its exports name them all. */
const kernelNames = Object.entries(tf)
  .filter(([name, value]) => name === value)
  .map(([name]) => name);

tf.registerBackend(RECORDER, () => recorder, 0);
for (const kernelName of new Set([...kernelNames, ...Object.keys(lowerings)])) {
  const lowering = lowerings[kernelName] as Lowering<unknown> | undefined;
  tf.registerKernel({
    kernelName,
    backendName: RECORDER,
    kernelFunc: ({ inputs, attrs }) => {
      if (lowering) return recorder.record(kernelName, lowering, inputs as Record<string, TensorInfo>, attrs);
      throw unsupportedKernel(kernelName, activeOperations().at(-1)?.replace(/__op$/, ''));
    },
  });
}
