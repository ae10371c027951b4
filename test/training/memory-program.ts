// Evaluates models at the size of MNIST, and tells the most memory that the process has taken after each, MiB.
// Arguments: threads, and whether every likelihood is evaluated or the widest looked at in every way.

import {
  annealedImportance,
  boundOn,
  encodings,
  evaluateModel,
  inferenceGaps,
  posteriorStatistics,
} from '@flowvae/evaluation';
import { elbo, fromPrior } from '@flowvae/objectives';
import { drawUniform, key } from '@flowvae/random';
import { peakMemoryMiB } from '@flowvae/runs';
import { dataPoints } from '@flowvae/training';
import { likelihoods, mlpVae, parseLikelihood } from '@flowvae/vae';

const PIXELS = 784;
const [threads, what] = [Number(process.argv[2]), process.argv[3]];
const levels = drawUniform(key(1), 100 * PIXELS).map((u) => Math.round(u * 255) / 255);
const data = (count: number) => dataPoints(levels.subarray(0, count * PIXELS), PIXELS);
const peaks: Record<string, number> = {};
const told = async (name: string, done: Promise<unknown>) => {
  await done;
  peaks[name] = Math.round(peakMemoryMiB());
};
const modelOf = (name: string) => {
  const likelihood = parseLikelihood(name);
  const model = mlpVae({ pixels: PIXELS, latent: 8, hidden: [16], activation: 'relu', likelihood, key: key(0) });
  const { variables, noise, at: modelAt } = model;
  return { model, options: { variables, noise, threads, key: key(2), modelAt } };
};

if (what === 'every likelihood') {
  for (const name of [...likelihoods.map((each) => each.name), 'logistic-mixture(10)']) {
    await told(name, evaluateModel({ ...modelOf(name).options, data: data(1), samples: 500 }));
  }
} else if (what === 'one evaluation') {
  await told(what, evaluateModel({ ...modelOf('categorical').options, data: data(2), samples: 300 }));
} else if (what === 'refinement') {
  const { model, options } = modelOf('categorical');
  const refined = inferenceGaps({
    ...options,
    paramsAt: (x) => model.posterior.paramsAt(model.features(x)),
    modelAt: (x, params) => ({ ...model.at(x), posterior: model.posterior.of(params) }),
    data: data(16),
    samples: 10,
    steps: 2,
  });
  await told('refinement', refined);
} else {
  const { model, options } = modelOf('categorical');
  const bound = await boundOn({ ...options, bound: elbo().bound, data: data(100), batchSize: 100 });
  await told('validation', bound.measure());
  await told('posterior statistics', posteriorStatistics({ ...options, data: data(2), samples: 20 }));
  const draws = { ...options, infer: model.infer, data: data(100), samples: 2, meanSamples: 10 };
  await told(
    'encodings',
    encodings(draws, () => {}),
  );
  const annealed = annealedImportance({
    ...options,
    pathAt: (x) => fromPrior({ prior: model.prior, likelihood: model.at(x).likelihood }),
    noise: model.prior.noise,
    data: data(3),
    temperatures: [0, 0.5, 1],
    chains: 4,
    leapfrogSteps: 3,
  });
  await told('annealed importance', annealed);
  await bound.dispose();
}
process.stdout.write(JSON.stringify(peaks));
