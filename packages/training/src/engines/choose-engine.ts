// The one place that decides which engine runs, and what is said where it is not the one asked for.
import { ExpectationError } from '@flowvae/tensor';
import { compiled } from './compiled.ts';
import { eager } from './eager.ts';
import type { Engine } from './engine.ts';

/** The engines of this package. */
export const engines = { compiled, eager } as const satisfies Readonly<Record<string, Engine>>;

/** Names of the engines of this package. */
export type EngineName = keyof typeof engines;

/** An engine by name, or one that the caller brings. */
export type EngineChoice = EngineName | Engine;

/** An engine that can be used here. */
export interface ChosenEngine {
  readonly engine: Engine;
  /** Why it is not the one asked for, as a sentence; absent where it is. */
  readonly fallback?: string;
}

/**
 * The engine that is asked for, or the eager one where that cannot be used.
 *
 * @param wanted default `'compiled'`
 * @throws ExpectationError for an unknown name
 */
export async function chooseEngine(wanted: EngineChoice = 'compiled'): Promise<ChosenEngine> {
  const engine: Engine = typeof wanted === 'string' ? engineNamed(wanted) : wanted;
  const reason = await engine.unusable?.();
  return reason === undefined ? { engine } : { engine: eager, fallback: `${reason}; going on with the eager engine` };
}

function engineNamed(name: EngineName): Engine {
  if (Object.hasOwn(engines, name)) return engines[name];
  const expected = `${Object.keys(engines).join(', ')} or an engine of your own`;
  throw new ExpectationError({ where: 'engine', expected, received: `'${name}'` });
}
