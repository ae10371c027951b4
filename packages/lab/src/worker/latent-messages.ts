// Messages between the room Latent space and its worker.
import type { LatentWorks } from './latent-works.ts';

/** The names of works. */
export type WorkName = keyof LatentWorks;

/** The options of a work. */
export type WorkOptions<Name extends WorkName> = Parameters<LatentWorks[Name]>[0];

/** The result of a work. */
export type WorkResult<Name extends WorkName> = Awaited<ReturnType<LatentWorks[Name]>>;

/** The page asks for a work. */
export interface Asked {
  readonly id: number;
  readonly work: WorkName;
  readonly options: unknown;
}

/** The worker answers: with its progress from 0 to 1, and at the end with the result or the reason why not. */
export type Answer = { readonly id: number } & (
  | { readonly progress: number }
  | { readonly result: unknown }
  | { readonly error: string }
);
