// The page's worker: everything that takes longer than a frame. Its name says whose work it does.
import type { Receiver } from './receiver.ts';

/** Works by the name of the worker; each is loaded when a worker of its name starts. */
const works: Readonly<Record<string, () => Promise<Receiver>>> = {
  flow: async () => (await import('./flow-training.ts')).flowTraining,
  train: async () => (await import('./vae-training.ts')).vaeTraining,
  latent: async () => (await import('./latent-worker.ts')).latentWorker,
};

const work = works[self.name]?.();
self.onmessage = async ({ data }: MessageEvent) => (await work)?.(data);
