// The room Latent space in the worker: a model, and its works one after the other.
import { tf } from '@flowvae/tensor';
import type { Answer, Asked } from './latent-messages.ts';
import { type LatentWorks, latentWorks } from './latent-works.ts';
import { type Receiver, tell } from './receiver.ts';

type Work = (options: unknown, onProgress: (share: number) => void) => unknown;

let works: LatentWorks | undefined;
let last: Promise<void> = Promise.resolve();

/** Queues a work. */
export const latentWorker: Receiver = (message) => {
  last = last.then(() => answer(message as Asked));
};

async function answer({ id, work, options }: Asked): Promise<void> {
  const say = (said: { progress: number } | { result: unknown } | { error: string }) =>
    tell({ id, ...said } satisfies Answer);
  try {
    if (!works) {
      await tf.setBackend('cpu');
      works = latentWorks();
    }
    say({ result: await (works[work] as Work)(options, (progress) => say({ progress })) });
  } catch (error) {
    say({ error: error instanceof Error ? error.message : String(error) });
  }
}
