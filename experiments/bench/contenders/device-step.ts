// The training step on a graphics card, and on the processors of the same machine.
import { availableParallelism } from 'node:os';
import { deviceStep, dispatchCount, findDevice, fit } from 'flowvae';
import type { Candidate } from '../measurement.ts';
import { problemOf, type Setting } from '../setting.ts';

/** `fit` leaves this many steps out of its median. */
const WARM_UP = 20;

/** More processors than this do not make a step of these sizes faster. */
const MOST_THREADS = 16;

/** `fit` on one engine; the card's name is its note. */
const stepOn = (name: string, engine: 'webgpu' | 'compiled', setting: Setting): Candidate => ({
  name,
  async start() {
    const device = engine === 'webgpu' ? await findDevice() : undefined;
    if (typeof device === 'string') throw new Error(device);
    const { problem, model, optimizer } = await problemOf(setting);
    const { variables } = model;
    const { threads } = setting;
    return {
      measure: async (count) =>
        (await fit({ ...problem, variables, optimizer, steps: count + WARM_UP, threads, engine })).msPerStep,
      close: async () => {
        for (const variable of Object.values(variables)) variable.dispose();
      },
      ...(device ? { note: device.name } : {}),
    };
  },
});

/** On the card. */
export const stepOnDevice = (setting: Setting): Candidate => stepOn('flowvae', 'webgpu', setting);

/** On as many processors as there are, up to sixteen. */
export const stepOnProcessors = (setting: Setting): Candidate =>
  stepOn('flowvae, processors', 'compiled', {
    ...setting,
    threads: Math.min(availableParallelism(), MOST_THREADS),
  });

/** The programs that a step starts on the card. */
export async function dispatchesOf(setting: Setting): Promise<number> {
  const { problem, model, optimizer } = await problemOf(setting);
  const { variables } = model;
  const options = { ...problem, variables, threads: 1, slots: optimizer.slots };
  const { graph } = deviceStep(options, optimizer.updateAt({ step: 0 }));
  for (const variable of Object.values(variables)) variable.dispose();
  return dispatchCount(graph);
}
