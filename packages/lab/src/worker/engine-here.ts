// The engine of a training: the wanted one, or the next that starts in this page.
import { compile, findDevice } from '@flowvae/compiler';
import { tf } from '@flowvae/tensor';
import type { EngineName } from '@flowvae/training';
import { firstLine } from './first-line.ts';

/** An engine that starts here. */
export interface EngineHere {
  readonly engine: EngineName;
  readonly threads: number;
  /** Why it is not the wanted one, as a sentence; absent if it is. */
  readonly fallback?: string;
}

/** Each engine, and those that stand in for it. */
const orders: Readonly<Record<EngineName, readonly EngineName[]>> = {
  webgpu: ['webgpu', 'compiled', 'eager'],
  compiled: ['compiled', 'eager'],
  eager: ['eager'],
};

const standIns: Readonly<Partial<Record<EngineName, string>>> = {
  compiled: 'WebAssembly trains on the processor',
  eager: 'TensorFlow.js trains, many times slower',
};

/**
 * The wanted engine, or the first of its order that starts.
 *
 * @param wantedThreads threads of WebAssembly: one where other pages may reach into this one
 */
export async function engineHere(wanted: EngineName, wantedThreads: number): Promise<EngineHere> {
  const reasons: string[] = [];
  for (const engine of orders[wanted]) {
    const threads = engine === 'compiled' && self.crossOriginIsolated ? wantedThreads : 1;
    const reason = await unusable(engine, threads);
    if (reason === undefined) {
      const fallback = reasons.length > 0 ? { fallback: `${reasons.join('; ')}; ${standIns[engine]}` } : {};
      return { engine, threads, ...fallback };
    }
    reasons.push(reason);
  }
  throw new Error(reasons.join('; ')); // the eager engine starts everywhere
}

/** Why an engine does not start: a browser may lack SIMD, and the page the files of ONNX Runtime. */
async function unusable(engine: EngineName, threads: number): Promise<string | undefined> {
  if (engine === 'eager') return undefined;
  const onDevice = engine === 'webgpu';
  const device = onDevice ? await findDevice() : undefined;
  if (typeof device === 'string') return `no graphics card is usable here (${device})`;
  try {
    const program = compile(({ x }) => ({ y: tf.neg(x!) }), { threads, onDevice });
    await (await program.specialise({ x: [1] })).run({ x: Float32Array.of(1) });
    await program.dispose();
    return undefined;
  } catch (error) {
    return `${onDevice ? 'ONNX Runtime does not start on the graphics card' : 'the compiled engine does not start here'} (${firstLine(error)})`;
  }
}
