// The effect of a trained planar flow on the draws of its base.
import {
  type ArchitectureName,
  architectures,
  asMlpVae,
  drawNormal,
  flowPosterior,
  fold,
  key,
  type Experiment as Parts,
  parseInvertibleFlow,
  type Tensor,
  type Tensor2D,
  tf,
} from 'flowvae';

/** Beyond this, tanh is flat: its slope is below 0.02. */
const FLAT = 0.99;

/** Means over draws and images; nats but for the share. */
export interface Use {
  readonly logDet: number;
  /** Share of layers and draws with |tanh(wᵀz + b)| above 0.99. */
  readonly flat: number;
  readonly elbo: number;
  /** The bound of the base moved by the flow's mean displacement for each image: still a diagonal normal. */
  readonly moved: number;
  /** The bound of the base at its own place. */
  readonly base: number;
}

/** The images, and the number of draws from q(z|x) for each. */
export interface Taken {
  readonly first: number;
  readonly count: number;
  readonly draws: number;
}

type Params = Readonly<Record<string, Tensor>>;

/** The use of the flow in a run whose posterior is a planar flow from the encoder. */
export function useOf({ model, config, test, key }: Parts, { first, count, draws }: Taken): Use {
  const { latent } = config;
  const noise = drawNormal(fold(key, 'flow use', first), count * draws * latent);
  const rows = new Float32Array(count * test.width);
  for (let i = 0; i < count; i++) rows.set(test.row(first + i), i * test.width);
  return tf.tidy(() => {
    const x = eachDrawn(tf.tensor2d(rows, [count, test.width]), draws);
    const { posterior, features } = asMlpVae(model);
    const params = posterior.paramsAt(features(x));
    const { z, logProb: logBase } = baseOf(config.architecture as ArchitectureName, latent)
      .of(params)
      .sampleAndLogProb(tf.tensor2d(noise, [count * draws, latent]));
    const { y, logDet, flat } = throughLayers(config.flow, ofFlow(params), z);
    const { prior, likelihood } = model.at(x);
    const bound = (at: Tensor2D) => mean(tf.sub(tf.add(likelihood(at), prior.logProb(at)), logBase));
    const displacement = tf.mean<Tensor2D>(tf.reshape(tf.sub(y, z), [count, draws, latent]), 1);
    return {
      logDet: mean(logDet),
      flat: mean(flat),
      elbo: bound(y) + mean(logDet),
      moved: bound(tf.add(z, eachDrawn(displacement, draws))),
      base: bound(z),
    };
  });
}

const mean = (x: Tensor) => tf.mean(x).dataSync()[0]!;

/** x₁, x₁, … x₂, x₂, …: a row for each draw. */
const eachDrawn = (x: Tensor2D, draws: number): Tensor2D =>
  tf.reshape(tf.tile(tf.expandDims(x, 1), [1, draws, 1]), [x.shape[0] * draws, x.shape[1]]);

const FLOW = 'flow/';

const ofFlow = (params: Params): Params =>
  Object.fromEntries(
    Object.entries(params).flatMap(([name, value]) =>
      name.startsWith(FLOW) ? [[name.slice(FLOW.length), value] as const] : [],
    ),
  );

/** The architecture's posterior without a flow, of which only the parametrisation matters. */
const baseOf = (architecture: ArchitectureName, latent: number) =>
  flowPosterior({ latent, contextWidth: 1, base: { scale: architectures[architecture].scale }, key: key(0) });

/** The share of flat layers is taken for each draw, [B]. */
function throughLayers(formula: string, params: Params, z: Tensor2D) {
  const layers = parseInvertibleFlow(formula, z.shape[1]).layers!(params as never);
  let [y, logDet, flat]: [Tensor2D, Tensor, Tensor] = [z, tf.scalar(0), tf.scalar(0)];
  for (const { flow, params: own } of layers) {
    const { w, b } = own as unknown as { readonly w: Tensor; readonly b: Tensor };
    const s = tf.add(tf.sum(tf.mul(tf.squeeze(w, [1]), y), 1), tf.squeeze(b, [1]));
    flat = tf.add(flat, tf.cast(tf.greater(tf.abs(tf.tanh(s)), FLAT), 'float32'));
    const out = flow.forward(own, y);
    y = out.y;
    logDet = tf.add(logDet, out.logDet);
  }
  return { y, logDet, flat: tf.div(flat, layers.length) };
}
