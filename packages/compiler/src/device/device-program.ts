// A graph whose arrays may stay on the device from one run to the next.
import { ExpectationError, elementCount } from '@flowvae/tensor';
import type { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import type { Graph, Named } from '../graph/graph.ts';
import { encodeModel, outputName } from '../graph/onnx-model.ts';
import { requiredRuntime } from '../sessions/required-runtime.ts';
import type { Runtime } from '../sessions/runtime.ts';
import { sessionOptions } from '../sessions/session-options.ts';
import { onDevice } from './device-failure.ts';
import { holdDevice } from './held-device.ts';

/**
 * Float32 values on the device. Its holder disposes of it; its data come back by {@link DeviceReader} only, because
 * reading the tensor itself ends the process (ONNX Runtime 1.30).
 */
export class DeviceArray {
  readonly length: number;
  /** For programs of this file. */
  readonly tensor: OrtTensor;

  constructor(tensor: OrtTensor) {
    this.tensor = tensor;
    this.length = tensor.size;
  }

  /** Frees the memory on the device. */
  dispose(): void {
    this.tensor.dispose();
  }
}

/** Values here or on the device. */
export type DeviceValues = Float32Array | DeviceArray;

/** Values by name. */
type ValuesAnywhere = Readonly<Record<string, DeviceValues>>;

/** A graph bound to a session on the device. */
export class DeviceProgram {
  readonly graph: Graph;
  readonly #session: InferenceSession;
  readonly #runtime: Runtime;
  readonly #kept: ReadonlySet<string>;

  private constructor(graph: Graph, session: InferenceSession, runtime: Runtime, kept: ReadonlySet<string>) {
    this.graph = graph;
    this.#session = session;
    this.#runtime = runtime;
    this.#kept = kept;
  }

  /**
   * Creates a session on the device for a graph in its form (`forDevice`).
   *
   * @param kept outputs that stay on the device
   * @throws ExpectationError if ONNX Runtime cannot be loaded, or the device fails
   */
  static async open(graph: Graph, kept: readonly string[] = []): Promise<DeviceProgram> {
    const runtime = await requiredRuntime('compile', true);
    const stays = new Set(kept);
    const places = graph.outputs.map(({ name }) => [outputName(name), stays.has(name) ? 'gpu-buffer' : 'cpu'] as const);
    const options = {
      ...sessionOptions({ threads: 1, isOnDevice: true }),
      preferredOutputLocation: Object.fromEntries(places),
    };
    const session = await onDevice(async () => {
      await holdDevice(runtime);
      return runtime.InferenceSession.create(encodeModel(graph), options);
    });
    return new DeviceProgram(graph, session, runtime, stays);
  }

  /**
   * Runs once. Arrays on the device stay valid; those that come back belong to the caller.
   *
   * @param values inputs and variables by name
   */
  async run(values: ValuesAnywhere): Promise<ValuesAnywhere> {
    const feeds: Record<string, OrtTensor> = {};
    for (const named of [...this.graph.inputs, ...this.graph.variables])
      feeds[named.name] = this.#tensorOf(named, values[named.name]);
    const results = await onDevice(() => this.#session.run(feeds));
    const placed = this.graph.outputs.map(({ name }) => {
      const tensor = results[outputName(name)]!;
      return [name, this.#kept.has(name) ? new DeviceArray(tensor) : (tensor.data as Float32Array)] as const;
    });
    return Object.fromEntries(placed);
  }

  /** Frees the session; arrays that it made stay valid. */
  async dispose(): Promise<void> {
    await this.#session.release();
  }

  #tensorOf({ name, value }: Named, given: DeviceValues | undefined): OrtTensor {
    const length = elementCount(value.shape);
    if (given?.length !== length) {
      throw new ExpectationError({
        where: `run: '${name}'`,
        expected: `${length} float32 values of shape [${value.shape.join(', ')}]`,
        received: given ? `${given.length} values` : 'nothing',
      });
    }
    return given instanceof DeviceArray ? given.tensor : new this.#runtime.Tensor('float32', given, value.shape);
  }
}

/** Brings arrays of one length back from the device. */
export class DeviceReader {
  readonly #program: Promise<DeviceProgram>;

  constructor(length: number) {
    const value = { shape: [length], type: 'float32' } as const;
    const graph = { inputs: [{ name: 'x', value }], variables: [], constants: [], nodes: [] };
    this.#program = DeviceProgram.open({ ...graph, outputs: [{ name: 'y', value }] });
    this.#program.catch(() => {}); // `read` throws it
  }

  /** The values, as an array of the caller's. */
  async read(array: DeviceArray): Promise<Float32Array> {
    const { y } = await (await this.#program).run({ x: array });
    return y as Float32Array;
  }

  /** Frees the session. */
  async dispose(): Promise<void> {
    await (await this.#program).dispose();
  }
}
