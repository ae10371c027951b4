// Runs programs in WebAssembly: in the thread that calls, with others where threads can share memory.
import { ExpectationError } from '@flowvae/tensor';
import type { Feeds, Fetches, Results, StagedSession } from '../stages/staged-session.js';
import { type Crew, openCrew } from './crew.ts';
import { FIRST_BYTE } from './layout.ts';
import { executorBytes, moduleOf } from './modules.ts';
import type { Port, Program, Step } from './program.ts';

type Functions = Readonly<Record<string, (...numbers: readonly number[]) => number>>;

const PAGE = 65_536;

/** Tables of declared kernels end where those of the executor begin (memoryBase of assembly/asconfig.json). */
const KERNELS_END = 65_536;

/**
 * Binds a program to a memory of its own.
 *
 * @param isShared whether other threads do their parts of the turns; otherwise this one does all parts, one after the
 * other, with the same results
 * @throws ExpectationError if the engine has no such memory
 */
export async function openProgram(program: Program, isShared = false): Promise<StagedSession> {
  const memory = memoryOf(program.bytes, isShared);
  const own = moduleOf(executorBytes(), isShared);
  const kernels = program.kernels && moduleOf(program.kernels, isShared);
  const functions = {
    own: functionsOf(own, memory, FIRST_BYTE),
    kernels: kernels && functionsOf(kernels, memory, KERNELS_END),
  };
  for (const { at, data } of program.constants) {
    new Int32Array(memory.buffer, at, data.length).set(new Int32Array(data.buffer, data.byteOffset, data.length));
  }
  const { turns, threads } = program;
  const crew = isShared
    ? await openCrew(
        Array.from({ length: threads - 1 }, (_, i) => ({
          ...{ memory, own, kernels, words: FIRST_BYTE },
          turns: turns.filter(isForAll).map((turn) => turn[i + 1] ?? []),
        })),
        new Int32Array(memory.buffer, FIRST_BYTE, 3),
      )
    : undefined;
  const calls = turns.flatMap((turn) => callsOf(turn, functions, crew));
  const given = Object.entries(program.given).map(([name, port]) => [name, viewOf(memory, port)] as const);
  const told = Object.entries(program.told).map(([name, port]) => ({ name, port, view: viewOf(memory, port) }));
  return {
    async run(feeds: Feeds, fetches: Fetches) {
      for (const [name, view] of given) view.set(feeds[name]!.data as Float32Array);
      crew?.run();
      try {
        for (const call of calls) call();
      } catch (error) {
        crew?.leave();
        throw error;
      }
      const results: Results = {};
      for (const { name, port, view } of told) {
        const wanted = fetches[name]?.data;
        if (wanted) wanted.set(view);
        else results[name] = { data: port.type === 'bool' ? Uint8Array.from(view) : view.slice() };
      }
      return results;
    },
    release: async () => crew?.close(),
  };
}

type Turn = Program['turns'][number];

/** Whether threads share a turn. */
const isForAll = (turn: Turn): boolean => turn.length > 1;

interface Bound {
  readonly own: Functions;
  readonly kernels: Functions | undefined;
}

function callsOf(turn: Turn, functions: Bound, crew: Crew | undefined): (() => void)[] {
  if (!crew || !isForAll(turn)) return turn.flat().map((step) => bound(step, functions));
  return [crew.begin, ...turn[0]!.map((step) => bound(step, functions)), crew.meet];
}

function bound({ function: name, arguments: given, isKernel }: Step, { own, kernels }: Bound): () => void {
  const run = (isKernel ? kernels! : own)[name];
  if (!run) throw new TypeError(`the executor has no function '${name}'`);
  return () => void run(...given);
}

/** @throws ExpectationError beyond 4 GiB, or beyond this engine's limit */
function memoryOf(bytes: number, isShared: boolean): WebAssembly.Memory {
  const initial = Math.ceil(bytes / PAGE);
  try {
    return new WebAssembly.Memory(isShared ? { initial, maximum: initial, shared: true } : { initial });
  } catch {
    throw new ExpectationError({
      where: 'compile: memory of one graph',
      expected: 'at most 4 GiB, and no more than this page can get',
      received: `${Math.ceil(bytes / 2 ** 20)} MiB`,
      remedy: 'take smaller batches',
    });
  }
}

/** @param end the first byte behind the module's place for tables */
function functionsOf(module: WebAssembly.Module, memory: WebAssembly.Memory, end: number): Functions {
  const functions = new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as Functions;
  if (functions.heapBase!() > end) throw new TypeError('the tables of a module reach into those behind them');
  return functions;
}

/** Booleans and integers are integers of 32 bits. */
const viewOf = ({ buffer }: WebAssembly.Memory, { at, length, type }: Port): Float32Array | Int32Array =>
  type === 'float32' ? new Float32Array(buffer, at, length) : new Int32Array(buffer, at, length);
