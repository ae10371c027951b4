// Flows written wrongly, each in a way seen in the wild; every one must be reported by a law or by the reference
// numbers.
import { type Flow, householder, type ParamShapes, type Params, planarLeaky, radial } from '@flowvae/flows';
import { type Tensor, type Tensor1D, type Tensor2D, tf } from '@flowvae/tensor';

type Given = Params<ParamShapes>;

const withForward = (flow: Flow, forward: Flow['forward']): Flow => ({ ...flow, forward });

/** The log-det taken at the point after the flow. */
export const stale = (flow: Flow): Flow =>
  withForward(flow, (params, z) => {
    const { y } = flow.forward(params, z);
    return { y, logDet: flow.forward(params, y).logDet };
  });

/** A leaky planar layer whose log-det knows one branch only. */
export function oneBranch(dim: number): Flow {
  const flow = planarLeaky(dim, 1, { slope: 0.3 });
  return withForward(flow, (params: Given, z) => {
    const { y, logDet } = flow.forward(params as never, z);
    const above = tf.log(tf.softplus(tf.sum(tf.mul(params.w!, params.u!), [1, 2])));
    return { y, logDet: tf.add(tf.zerosLike(logDet), above) as Tensor1D };
  });
}

/** A leaky planar layer with u instead of û. */
export function unconstrainedLeaky(dim: number): Flow {
  return withForward(planarLeaky(dim), ({ w, u, b }: Given, z) => {
    const [normal, move] = [w!, u!].map((x) => tf.squeeze<Tensor2D>(x, [1]));
    const s = tf.add(tf.sum(tf.mul(normal!, z), 1, true), b!);
    const slope = tf.add(0.01, tf.mul(0.99, tf.step(s)));
    const factor = tf.add(1, tf.mul(slope, tf.sum(tf.mul(normal!, move!), 1, true)));
    const y = tf.add(z, tf.mul(move!, tf.leakyRelu(s, 0.01)));
    return { y: y as Tensor2D, logDet: tf.squeeze(tf.log(tf.abs(factor)), [1]) as Tensor1D };
  });
}

/** The decisions that a radial layer consists of: β̂, h, and the second factor of the determinant. */
interface RadialDecisions {
  readonly betaHat: (alpha: Tensor, beta: Tensor) => Tensor;
  readonly h: (alpha: Tensor, r: Tensor) => Tensor;
  readonly along: (alpha: Tensor, betaHat: Tensor, r: Tensor) => Tensor;
}

const soundRadial: RadialDecisions = {
  betaHat: (alpha, beta) => tf.sub(tf.softplus(beta), alpha),
  h: (alpha, r) => tf.div(1, tf.add(alpha, r)),
  along: (alpha, betaHat, r) => tf.add(1, tf.div(tf.mul(betaHat, alpha), tf.square(tf.add(alpha, r)))),
};

/** One radial layer as the paper prints it, with some decisions replaced. */
export function plainRadial(dim: number, changed: Partial<RadialDecisions> = {}): Flow {
  const decide = { ...soundRadial, ...changed };
  return withForward(radial(dim), ({ z0, alpha: rawAlpha, beta }: Given, z) => {
    const alpha = tf.softplus(rawAlpha!);
    const betaHat = decide.betaHat(alpha, beta!);
    const offset = tf.sub(z, tf.squeeze<Tensor2D>(z0!, [1]));
    const r = tf.sqrt(tf.sum(tf.square(offset), 1, true));
    const push = tf.mul(betaHat, decide.h(alpha, r));
    const across = tf.mul(dim - 1, tf.log(tf.abs(tf.add(1, push))));
    const logDet = tf.add(across, tf.log(tf.abs(decide.along(alpha, betaHat, r))));
    return { y: tf.add(z, tf.mul(push, offset)), logDet: tf.squeeze(logDet, [1]) as Tensor1D };
  });
}

/** Radial layers whose log-det or map depends on r in the wrong way. */
export const radialMutants: Readonly<Record<string, Partial<RadialDecisions>>> = {
  "a log-det without h'": { along: (alpha, betaHat, r) => tf.add(1, tf.div(betaHat, tf.add(alpha, r))) },
  "the wrong sign of h'": {
    along: (alpha, betaHat, r) =>
      tf.add(1, tf.div(tf.mul(betaHat, tf.add(alpha, tf.mul(2, r))), tf.square(tf.add(alpha, r)))),
  },
  'h of the squared radius': { h: (alpha, r) => tf.div(1, tf.add(alpha, tf.square(r))) },
};

/** β itself instead of β̂: below −α the map folds. */
export const unconstrainedRadial = (dim: number): Flow => plainRadial(dim, { betaHat: (_, beta) => beta });

/** The decisions of a Sylvester layer with square Q, here one reflection after another with normals v. */
interface SylvesterDecisions {
  /** The argument of R₂: Qᵀz. */
  readonly project: (q: Flow, params: Given, z: Tensor2D) => Tensor2D;
  /** 1 + r₁r₂ and r₁r₂ from the raw parameter. */
  readonly onePlusR: (product: Tensor) => Tensor;
}

const soundSylvester: SylvesterDecisions = {
  project: (q, params, z) => q.forward(params, z).y,
  onePlusR: tf.softplus,
};

/** A Householder Sylvester layer with diagonal R₁ and R₂, with some decisions replaced. */
export function plainSylvester(dim: number, changed: Partial<SylvesterDecisions> = {}): Flow {
  const decide = { ...soundSylvester, ...changed };
  const q = householder(dim, 2);
  const paramShapes = { v: [2, dim], product: [dim], scale: [dim] };
  return {
    name: 'mutant',
    dim,
    paramShapes,
    initialParams: () => ({
      v: new Float32Array(2 * dim),
      product: new Float32Array(dim),
      scale: new Float32Array(dim),
    }),
    forward({ v, product, scale }, z) {
      const onePlusR = decide.onePlusR(product!);
      const t = tf.tanh(tf.mul(tf.softplus(scale!), decide.project(q, { v: v! }, z)));
      const move = tf.mul(tf.div(tf.sub(onePlusR, 1), tf.softplus(scale!)), t) as Tensor2D;
      const slopes = tf.add(tf.square(t), tf.mul(tf.sub(1, tf.square(t)), onePlusR));
      const y = tf.add(z, q.inverse({ v: v! }, move).z) as Tensor2D;
      return { y, logDet: tf.sum(tf.log(tf.abs(slopes)), 1) as Tensor1D };
    },
  };
}

/** Q where Qᵀ belongs: z' = z + Q·R₁·tanh(R₂·Q·z + b). */
export const wrongSide: Partial<SylvesterDecisions> = {
  project: (q, params, z) => (q as ReturnType<typeof householder>).inverse(params as never, z).z,
};
