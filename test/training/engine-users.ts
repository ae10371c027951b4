// Everything that runs functions on an engine, small; each returns its results.
import { standardNormal } from '@flowvae/distributions';
import {
  annealedImportance,
  boundOn,
  encodings,
  evaluateModel,
  inferenceGaps,
  posteriorStatistics,
  tabulate,
} from '@flowvae/evaluation';
import { free, planar, pushForward } from '@flowvae/flows';
import { fitTarget } from '@flowvae/inference';
import { elbo, fromPrior } from '@flowvae/objectives';
import { drawNormal, key } from '@flowvae/random';
import { type Tensor1D, type Tensor2D, tf, type Variable } from '@flowvae/tensor';
import { adam, dataPoints, type EngineChoice, fit, fitDensity, inspectStep, sgd } from '@flowvae/training';
import { data, given, modelAt } from './linear-gaussian-at.ts';
import { smallVae, valuesOf } from './problems.ts';

const common = (engine: EngineChoice) => ({
  variables: {},
  modelAt,
  noise: { kind: 'normal', width: given.latent } as const,
  data: { ...data, count: 5 },
  key: key(3),
  engine,
});

/** By name. */
export const users: Readonly<Record<string, (engine: EngineChoice) => Promise<unknown>>> = {
  async fit(engine) {
    const { problem, variables } = smallVae(3);
    const { history } = await fit({ ...problem, variables, optimizer: sgd(1e-2), steps: 3, engine });
    const values = valuesOf(variables);
    tf.dispose(variables as Record<string, Variable>);
    return { values, losses: history.map(({ loss }) => loss) };
  },
  async fitDensity(engine) {
    const flow = planar(2, 2);
    const { variables } = free(flow.paramShapes, flow.initialParams(key(5)));
    const density = pushForward(standardNormal(2), flow, variables);
    const options = { variables, optimizer: adam(1e-2), steps: 3, batchSize: 5, key: key(4), engine };
    const { history } = await fitDensity(density, { ...options, data: dataPoints(drawNormal(key(3), 20), 2) });
    const values = valuesOf(variables);
    tf.dispose({ ...variables });
    return { values, losses: history.map(({ loss }) => loss) };
  },
  async fitTarget(engine) {
    const ring = (z: Tensor2D): Tensor1D => tf.mul(-2, tf.square(tf.sub(tf.sum<Tensor1D>(tf.square(z), 1), 2)));
    const options = { dim: 2, flow: 'planar*2', steps: 3, batch: 8, samples: 50, key: key(6), engine } as const;
    const { estimate } = await fitTarget(ring, options);
    return estimate;
  },
  async inspectStep(engine) {
    const { problem, variables } = smallVae(3);
    const inspection = await inspectStep(problem, variables, { step: 1, engine });
    tf.dispose(variables as Record<string, Variable>);
    return inspection;
  },
  async boundOn(engine) {
    const bound = await boundOn({ ...common(engine), bound: elbo().bound, batchSize: 3 });
    const terms = await bound.measure();
    await bound.dispose();
    return terms;
  },
  evaluate: (engine) => evaluateModel({ ...common(engine), samples: 30 }),
  posteriorStatistics: (engine) => posteriorStatistics({ ...common(engine), samples: 3 }),
  async encodings(engine) {
    const found: number[] = [];
    const options = { ...common(engine), infer: (x: Tensor2D) => modelAt(x).posterior, samples: 2, meanSamples: 2 };
    await encodings(options, ({ mean, z, logQ }) => found.push(...mean, ...z, ...logQ));
    return found;
  },
  tabulate: (engine) => tabulate((x) => ({ y: tf.square(x) }), data, { engine, chunk: 4 }),
  annealedImportance: (engine) =>
    annealedImportance({
      ...common(engine),
      pathAt: (x) => fromPrior(modelAt(x)),
      temperatures: [0, 0.5, 1],
      chains: 2,
      leapfrogSteps: 1,
    }),
  inferenceGaps: (engine) =>
    inferenceGaps({
      ...common(engine),
      data: { ...data, count: 2 },
      paramsAt: (x) => ({ shift: tf.zeros([x.shape[0], given.latent]) }),
      modelAt: (x, { shift }) => {
        const at = modelAt(x);
        return { ...at, likelihood: (z) => at.likelihood(tf.add(z, shift!)) };
      },
      samples: 5,
      steps: 2,
    }),
};
