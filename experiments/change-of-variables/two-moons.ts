// A chain of splines that turns a normal into two moons, layer by layer.
import {
  adam,
  cosineDecay,
  dataPoints,
  drawNormal,
  fitDensity,
  fold,
  free,
  key,
  logProbs,
  pushForward,
  spline,
  standardNormal,
  type Tensor2D,
  tf,
  toys,
} from 'flowvae';

/** The result of a fit. */
export interface MoonsExample {
  /** Mean log-likelihood of held-out draws, nats, its standard error, and the largest possible one: −entropy. */
  readonly heldOut: number;
  readonly standardError: number;
  readonly supremum: number;
  /** Draws [n, 2] of the base and behind each layer. */
  readonly clouds: readonly Float32Array[];
}

const SEED = 0;
const HELD_OUT = 5000;
const CLOUD = 3000;

/** Maximum likelihood of four spline couplings. */
export async function moonsExample(steps: number): Promise<MoonsExample> {
  const from = (purpose: string) => fold(key(SEED), purpose);
  const toy = toys.twoMoons;
  const flow = spline(2, { bins: 8, hidden: 32, depth: 1, layers: 4 });
  const { variables } = free(flow.paramShapes, flow.initialParams(from('flow')));
  const density = pushForward(standardNormal(2), flow, variables);
  await fitDensity(density, {
    variables,
    data: dataPoints(toy.sample(from('training'), 20_000), 2),
    optimizer: adam(cosineDecay(5e-3, steps)),
    steps,
    batchSize: 256,
    key: from('batches'),
  });
  const scores = await logProbs(density, dataPoints(toy.sample(from('held out'), HELD_OUT), 2), { variables });
  const heldOut = scores.reduce((sum, value) => sum + value, 0) / HELD_OUT;
  const variance = scores.reduce((sum, value) => sum + (value - heldOut) ** 2, 0) / (HELD_OUT - 1);
  const clouds = tf.tidy(() => {
    let point: Tensor2D = tf.tensor2d(drawNormal(from('cloud'), 2 * CLOUD), [CLOUD, 2]);
    const behind = flow.layers!(variables).map(({ flow: layer, params }) => {
      point = layer.forward(params, point).y;
      return Float32Array.from(point.dataSync());
    });
    return [drawNormal(from('cloud'), 2 * CLOUD), ...behind];
  });
  for (const variable of Object.values(variables)) variable.dispose();
  return { heldOut, standardError: Math.sqrt(variance / HELD_OUT), supremum: -toy.entropy, clouds };
}
