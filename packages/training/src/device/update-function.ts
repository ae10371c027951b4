// An optimiser's update as a function that can be traced: the formulas of assembly/training.ts on whole vectors.
import type { Traceable } from '@flowvae/compiler';
import { type Scalar, type Tensor, type Tensor1D, tf } from '@flowvae/tensor';
import { NORM_EPSILON } from '../memory/carry-out.ts';
import type { Update, UpdatePart } from '../memory/optimizer.ts';

/** Names of the inputs and outputs; region k of the optimiser's state is `slot:k`, and scalars are `varying:k`. */
export const PARAMETER_VALUES = 'parameters';
export const GRADIENT_VALUES = 'gradients';
export const NORM = 'gradientNorm';
export const SQUARES = 'parameterSquares';
export const slotName = (slot: number) => `slot:${slot}`;
export const scalarName = (index: number) => `varying:${index}`;

/** All scalars of an update that change from step to step, in the order of their inputs. */
export const varyingOf = (update: Update): readonly number[] =>
  update.flatMap((part) => (part.pass === 'clip' ? [] : part.varying));

/** Everything of an update that does not change from step to step, as a key. */
export const structureOf = (update: Update): string =>
  JSON.stringify(update.map((part) => (part.pass === 'clip' ? part : { ...part, varying: part.varying.length })));

interface Vectors {
  parameters: Tensor1D;
  gradients: Tensor1D;
  readonly slots: Tensor1D[];
}

/** The scalars of a sweep, all as numbers or scalar tensors, in the kernel's order. */
type Scalars = readonly (number | Scalar)[];

/** m ← m + (1 − β₁)(g − m); v ← β₂v + (1 − β₂)g²; p ← p − rate·m/(√v·root + ε). */
function adam(vectors: Vectors, [m, v]: readonly number[], scalars: Scalars): void {
  const [rate, root, oneMinusBeta1, beta2, oneMinusBeta2, epsilon] = scalars as [
    ...[Scalar, Scalar],
    ...[number, number, number, number],
  ];
  const { gradients: g, slots } = vectors;
  const first: Tensor1D = tf.add(slots[m!]!, tf.mul(oneMinusBeta1, tf.sub(g, slots[m!]!)));
  const second: Tensor1D = tf.add(tf.mul(beta2, slots[v!]!), tf.mul(oneMinusBeta2, tf.mul(g, g)));
  slots[m!] = first;
  slots[v!] = second;
  const scale = tf.add(tf.mul(tf.sqrt(second), root), epsilon);
  vectors.parameters = tf.sub(vectors.parameters, tf.div(tf.mul(rate, first), scale));
}

/** m ← m + (1 − β₁)(g − m); u ← max(β₂u, |g| + ε); p ← p − rate·m/u. */
function adamax(vectors: Vectors, [m, u]: readonly number[], scalars: Scalars): void {
  const [rate, oneMinusBeta1, beta2, epsilon] = scalars as [Scalar, number, number, number];
  const { gradients: g, slots } = vectors;
  const first: Tensor1D = tf.add(slots[m!]!, tf.mul(oneMinusBeta1, tf.sub(g, slots[m!]!)));
  const largest: Tensor1D = tf.maximum(tf.mul(beta2, slots[u!]!), tf.add(tf.abs(g), epsilon));
  slots[m!] = first;
  slots[u!] = largest;
  vectors.parameters = tf.sub(vectors.parameters, tf.div(tf.mul(rate, first), largest));
}

/** v ← αv + (1 − α)g²; buf ← μ·buf + g/(√v + ε); p ← p − lr·buf. */
function rmsprop(vectors: Vectors, [v, buffer]: readonly number[], scalars: Scalars): void {
  const [rate, alpha, oneMinusAlpha, momentum, epsilon] = scalars as [Scalar, number, number, number, number];
  const { gradients: g, slots } = vectors;
  const second: Tensor1D = tf.add(tf.mul(alpha, slots[v!]!), tf.mul(oneMinusAlpha, tf.mul(g, g)));
  const scaled = tf.div(g, tf.add(tf.sqrt(second), epsilon));
  const moved: Tensor1D = tf.add(tf.mul(momentum, slots[buffer!]!), scaled);
  slots[v!] = second;
  slots[buffer!] = moved;
  vectors.parameters = tf.sub(vectors.parameters, tf.mul(rate, moved));
}

/** buf ← μ·buf + g; p ← p − lr·buf. */
function sgd(vectors: Vectors, [buffer]: readonly number[], scalars: Scalars): void {
  const [rate, momentum] = scalars as [Scalar, number];
  const moved: Tensor1D = tf.add(tf.mul(momentum, vectors.slots[buffer!]!), vectors.gradients);
  vectors.slots[buffer!] = moved;
  vectors.parameters = tf.sub(vectors.parameters, tf.mul(rate, moved));
}

/** g ← g·min(1, maxNorm/(‖g‖ + 1e-6)). */
function clip(vectors: Vectors, norm: Tensor, maxNorm: number): void {
  const factor = tf.minimum(1, tf.div(maxNorm, tf.add(norm, NORM_EPSILON)));
  vectors.gradients = tf.mul(vectors.gradients, factor);
}

const sweeps = { adam, adamax, rmsprop, sgd } as const satisfies Record<
  Exclude<UpdatePart['pass'], 'clip'>,
  (vectors: Vectors, slots: readonly number[], scalars: Scalars) => void
>;

const normOf = (gradients: Tensor1D): Tensor => tf.sqrt(tf.sum(tf.mul(gradients, gradients)));

/**
 * The update as a function of the flat vectors [N] `parameters`, `gradients`, `slot:0`, … and the scalars `varying:0`,
 * …: new values under the same names, `gradientNorm`, the norm before any clipping, and `parameterSquares`, the sum of
 * the new parameters' squares. Unlike the passes of this machine it keeps averages near 0: a device is not
 * slow among the denormal numbers.
 */
export const updateFunction =
  (update: Update, slots: number): Traceable =>
  (inputs) => {
    const vectors: Vectors = {
      parameters: inputs[PARAMETER_VALUES] as Tensor1D,
      gradients: inputs[GRADIENT_VALUES] as Tensor1D,
      slots: Array.from({ length: slots }, (_, slot) => inputs[slotName(slot)] as Tensor1D),
    };
    const norm = normOf(vectors.gradients);
    let index = 0;
    let isClipped = false;
    for (const part of update) {
      if (part.pass === 'clip') {
        clip(vectors, isClipped ? normOf(vectors.gradients) : norm, part.maxNorm);
        isClipped = true;
        continue;
      }
      const varying = part.varying.map(() => inputs[scalarName(index++)] as Scalar);
      sweeps[part.pass](vectors, part.slots, [...varying, ...part.fixed]);
    }
    return {
      [PARAMETER_VALUES]: vectors.parameters,
      [NORM]: norm,
      [SQUARES]: tf.sum(tf.mul(vectors.parameters, vectors.parameters)),
      ...Object.fromEntries(vectors.slots.map((values, slot) => [slotName(slot), values])),
    };
  };
