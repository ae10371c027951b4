// The one place that chooses the running engine, and gives the reason if it is not the requested one.
import { ExpectationError } from '@flowvae/tensor';
import { compiled } from './compiled.ts';
import { eager } from './eager.ts';
import type { Engine } from './engine.ts';
import { webgpu } from './webgpu.ts';

/** The engines of this package. */
export const engines = { compiled, webgpu, eager } as const satisfies Readonly<Record<string, Engine>>;

/** Names of the engines of this package. */
export type EngineName = keyof typeof engines;

/** An engine by name, or the caller's own. */
export type EngineChoice = EngineName | Engine;

/** An engine that can be used here. */
export interface ChosenEngine {
  readonly engine: Engine;
  /** Why the engine is not the requested one, as a sentence; absent if it is. */
  readonly fallback?: string;
}

/**
 * The requested engine; if it cannot be used, the next of webgpu, compiled and eager that can.
 *
 * @param wanted default `'compiled'`
 * @throws ExpectationError for an unknown name
 */
export async function chooseEngine(wanted: EngineChoice = 'compiled'): Promise<ChosenEngine> {
  const engine: Engine = typeof wanted === 'string' ? engineNamed(wanted) : wanted;
  const reason = await engine.unusable?.();
  if (reason === undefined) return { engine };
  const next = engine === webgpu && (await compiled.unusable?.()) === undefined ? compiled : eager;
  return { engine: next, fallback: `${reason}; going on with the ${next.kind} engine` };
}

function engineNamed(name: EngineName): Engine {
  if (Object.hasOwn(engines, name)) return engines[name];
  const expected = `${Object.keys(engines).join(', ')} or an engine of your own`;
  throw new ExpectationError({ where: 'engine', expected, received: `'${name}'` });
}
