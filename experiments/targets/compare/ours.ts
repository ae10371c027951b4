// `tsx ours.ts <target> <flow> …`: fits a flow to a target as the peers' programs do; prints one JSON object.
import { parseArgs } from 'node:util';
import {
  adam,
  chainOptimizers,
  clipByGlobalNorm,
  fitTarget,
  guideForm,
  key,
  namedTarget,
  parseFlow,
  type TargetName,
  target,
  tf,
} from 'flowvae';

const number = { type: 'string' } as const;
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { layers: number, hidden: number, steps: number, batch: number, lr: number, samples: number, seed: number },
});
const [name, family] = positionals as [string, string];
const [layers, hidden, steps, batch, lr, samples, seed] = (
  ['layers', 'hidden', 'steps', 'batch', 'lr', 'samples', 'seed'] as const
).map((option) => Number(values[option])) as [number, number, number, number, number, number, number];

await tf.setBackend('cpu');
const start = performance.now();
const whole = namedTarget(target(name as TargetName));
// a flow by itself gets no affine map: the peers' flows have none; its networks compute as those of guides do
const flow = parseFlow(`${family}(${hidden},1)*${layers}`, whole.dim, guideForm);
const { estimate } = await fitTarget(whole, {
  flow,
  steps,
  batch,
  optimizer: chainOptimizers(clipByGlobalNorm(10), adam(lr)), // clipped as by default
  samples,
  threads: 1,
  key: key(seed),
});
const seconds = (performance.now() - start) / 1000;
console.log(
  JSON.stringify({ elbo: estimate.elbo, elboError: estimate.elboError, seconds, importSeconds: start / 1000 }),
);
