// An engine whose numbers wait until they are asked for, as on a device; it computes eagerly, and counts.
import { type Engine, engines } from '@flowvae/training';
import { localState } from '../../packages/training/src/memory/local-state.ts';
import { GRADIENTS } from '../../packages/training/src/memory/optimizer.ts';
import type { StepNumbers, StepsAhead, TrainingState } from '../../packages/training/src/memory/training-state.ts';

/** Its events: steps that were done singly, or whose numbers waited, and how many were asked for at a time. */
export interface Waited {
  single: number;
  advanced: number;
  readonly settled: number[];
  /** The states to which training went back. */
  backs: number;
}

export function waitingEngine(): { readonly engine: Engine; readonly waited: Waited } {
  const waited: Waited = { single: 0, advanced: 0, settled: [], backs: 0 };
  const engine: Engine = {
    ...engines.eager,
    kind: 'waiting',
    async trainingState(options) {
      const state = await localState(engines.eager, options);
      const regions = Array.from({ length: 2 + options.slots }, (_, i) => i).filter((i) => i !== GRADIENTS);
      const copies = async () =>
        Promise.all(
          regions.map(async (region) => [region, structuredClone({ ...(await state.readRegion(region)) })] as const),
        );
      let before: Awaited<ReturnType<typeof copies>> | undefined;
      let record: StepNumbers[] = [];
      const ahead: StepsAhead = {
        most: () => 64,
        async advance(arrays, update) {
          before ??= await copies();
          const values = await state.run(arrays, update);
          record.push({ ...values, gradientNorm: state.gradientNorm() });
          state.commit();
          waited.advanced++;
        },
        async settle(count) {
          waited.settled.push(count);
          const numbers = record.slice(-count);
          record = [];
          const kept = before ?? [];
          before = undefined;
          const areFinite = numbers.every(({ loss, terms, gradientNorm }) =>
            [loss, gradientNorm, ...Object.values(terms)].every(Number.isFinite),
          );
          if (areFinite) return numbers;
          for (const [region, values] of kept) await state.writeRegion(region, values);
          waited.backs++;
          return undefined;
        },
      };
      const run: TrainingState['run'] = (arrays, update) => {
        waited.single++;
        return state.run(arrays, update);
      };
      return { ...state, run, ahead };
    },
  };
  return { engine, waited };
}
