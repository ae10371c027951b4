// A graph bound to a session, of ONNX Runtime or of a page's executor: arrays in, arrays out.
import { ExpectationError, elementCount } from '@flowvae/tensor';
import type { Tensor as OrtTensor } from 'onnxruntime-node';
import { openGraph } from '#open-graph';
import { onDevice } from '../device/device-failure.ts';
import type { Graph, Named } from '../graph/graph.ts';
import { outputName } from '../graph/onnx-model.ts';
import type { Feeds, Fetches, StagedSession } from '../stages/staged-session.js';
import { Lease } from './lease.ts';
import type { Runtime } from './runtime.ts';
import type { SessionChoices } from './session-recipe.ts';

/** Float32 arrays by name, row-major. */
export type Arrays = Readonly<Record<string, Float32Array>>;

/** The array of a value, by its type: float32, int32, or bool as bytes. */
export type OutputArray = Float32Array | Int32Array | Uint8Array;

/** The array class for each type. */
export const arrayTypes = { float32: Float32Array, int32: Int32Array, bool: Uint8Array, int64: BigInt64Array } as const;

/** Runs of compiled graphs in this process, and the sum of their nodes: tests use it to prove that graphs ran. */
export const runCounter = { runs: 0, nodes: 0 };

/** Sessions created in this process, and sessions freed. */
export const sessionCounter = { created: 0, freed: 0 };

/** How an executable runs. */
interface Manner extends Required<Pick<SessionChoices, 'inPlace' | 'isOnDevice'>> {
  readonly onRun: (() => void) | undefined;
}

/** A traced function for fixed shapes, ready to run. */
export class Executable {
  readonly graph: Graph;
  readonly #session: StagedSession;
  readonly #lease: Lease;
  readonly #Tensor: Runtime['Tensor'];
  /** ONNX Runtime's tensors over arrays, reused while a name gets the same array. */
  readonly #tensors = new Map<string, { readonly array: OutputArray; readonly tensor: OrtTensor }>();

  readonly #inPlace: boolean;

  readonly #isOnDevice: boolean;

  private constructor(
    graph: Graph,
    session: StagedSession,
    Tensor: Runtime['Tensor'],
    { inPlace, isOnDevice, onRun }: Manner,
  ) {
    this.graph = graph;
    this.#inPlace = inPlace;
    this.#isOnDevice = isOnDevice;
    this.#session = session;
    this.#lease = new Lease(() => freeSession(session), onRun);
    this.#Tensor = Tensor;
  }

  /**
   * Creates a session for a graph.
   *
   * @param onRun called when a run starts
   * @throws ExpectationError if ONNX Runtime cannot be loaded
   */
  static async create(graph: Graph, choices: SessionChoices, onRun?: () => void): Promise<Executable> {
    const { inPlace = false, isOnDevice = false } = choices;
    const { session, Tensor } = await openGraph(graph, choices);
    sessionCounter.created++;
    return new Executable(graph, session, Tensor, { inPlace, isOnDevice, onRun });
  }

  /**
   * Runs once. The arrays of `values` (inputs and variables by name, each of its type) must not change until the
   * promise resolves.
   *
   * @param into arrays for outputs; an output without one gets a new array, unless the executable runs in place
   * @returns every output by name; outputs of other types than float32 (comparisons, `argMax`) are an Int32Array, or
   * bytes for booleans: give the type as `A`
   * @throws ExpectationError for a missing array, a wrong length or type, and after the session is freed
   */
  async run<A extends OutputArray = Float32Array>(
    values: Readonly<Record<string, OutputArray>>,
    into: Readonly<Record<string, A>> = {},
  ): Promise<Readonly<Record<string, A>>> {
    const { inputs, variables, outputs, nodes } = this.graph;
    const feeds: Record<string, OrtTensor> = {};
    for (const named of inputs) feeds[named.name] = this.#describe(named, values[named.name]);
    for (const named of variables) feeds[named.name] = this.#describe(named, values[named.name]);
    const fetches: Record<string, OrtTensor | null> = {};
    for (const named of outputs) {
      const target = into[named.name];
      if (this.#inPlace && !target) throw new TypeError(`run: '${named.name}' needs an array to be written into`);
      fetches[outputName(named.name)] = target ? this.#describe(named, target, outputName(named.name)) : null;
    }
    const run = () => this.#session.run(feeds as Feeds, fetches as Fetches);
    const results = await this.#lease.use(() => (this.#isOnDevice ? onDevice(run) : run()));
    runCounter.runs++;
    runCounter.nodes += nodes.length;
    const arrays = outputs.map(({ name }) => [name, into[name] ?? (results[outputName(name)]!.data as A)] as const);
    return Object.fromEntries(arrays);
  }

  /** Frees the session's memory, after the runs under way. */
  dispose(): Promise<void> {
    return this.#lease.free();
  }

  #describe({ name, value }: Named, array: OutputArray | undefined, place = name): OrtTensor {
    const known = this.#tensors.get(place);
    if (array && known?.array === array) return known.tensor;
    const length = elementCount(value.shape);
    if (array?.length !== length || !(array instanceof arrayTypes[value.type])) {
      throw new ExpectationError({
        where: `run: '${name}'`,
        expected: `${length} ${value.type} values of shape [${value.shape.join(', ')}]`,
        received: array ? `${array.length} values in a ${array.constructor.name}` : 'nothing',
      });
    }
    const tensor = new this.#Tensor(value.type, array, value.shape);
    this.#tensors.set(place, { array, tensor });
    return tensor;
  }
}

async function freeSession(session: StagedSession): Promise<void> {
  await session.release();
  sessionCounter.freed++;
}
