// Hamiltonian Monte Carlo: a Markov kernel that leaves a density invariant, as a pure function of state and noise.
import { type Tensor1D, type Tensor2D, tf } from '@flowvae/tensor';

/** log f(z) up to a constant: z [B, D] → [B], nats. Row i may depend on row i only. */
export type LogDensity = (z: Tensor2D) => Tensor1D;

/** Positions and momenta, each [B, D]. */
export interface PhasePoint {
  readonly z: Tensor2D;
  readonly momentum: Tensor2D;
}

/** The inputs of a transition besides the position. */
export interface HmcInputs extends PhasePoint {
  /** Uniform on [0, 1), [B]: decides acceptance. */
  readonly uniform: Tensor1D;
  /** ε of each row, [B] */
  readonly stepSize: Tensor1D;
}

/** The result of a transition. */
export interface HmcTransition {
  /** The new position, or the old one where the proposal was refused; [B, D]. */
  readonly z: Tensor2D;
  /** min(1, exp(−ΔH)), [B]; 0 where the proposal's energy is not a number. */
  readonly acceptance: Tensor1D;
  /** ΔH = H(z', p') − H(z, p) of the proposal, [B], nats; 0 for exact dynamics. */
  readonly energyError: Tensor1D;
}

/** How far {@link leapfrog} goes. */
export interface LeapfrogOptions {
  /** ε of each row, [B] */
  readonly stepSize: Tensor1D;
  readonly steps: number;
}

/**
 * Leapfrog steps of H(z, p) = −log f(z) + ½‖p‖²: half a kick p += ½ε·∇log f(z), drifts z += ε·p and kicks in turn, half
 * a kick.
 *
 * The map keeps volume, and is its own inverse once the momentum is turned round.
 * @see Neal 2011, arXiv:1206.1901, sections 2.3 and 3
 */
export function leapfrog(logDensity: LogDensity, start: PhasePoint, { stepSize, steps }: LeapfrogOptions): PhasePoint {
  // the gradient of the sum: rows are independent
  const gradient = tf.grad(logDensity as Parameters<typeof tf.grad>[0]) as (z: Tensor2D) => Tensor2D;
  const epsilon = tf.expandDims(stepSize, 1); // [B, 1]
  const kick = (momentum: Tensor2D, z: Tensor2D, fraction: number): Tensor2D =>
    tf.add(momentum, tf.mul(tf.mul(epsilon, fraction), gradient(z)));
  let { z } = start;
  let momentum = kick(start.momentum, z, 0.5);
  for (let step = 1; step <= steps; step++) {
    z = tf.add(z, tf.mul(epsilon, momentum));
    momentum = kick(momentum, z, step === steps ? 0.5 : 1);
  }
  return { z, momentum };
}

/**
 * One HMC transition with unit mass: leapfrog from (z, p), accepted with probability min(1, exp(H(z, p) − H(z', p'))).
 *
 * With p ~ N(0, I) and u ~ U[0, 1) it leaves f invariant, and is reversible, for any step size that does not depend on
 * z.
 * @see Duane et al. 1987, Phys. Lett. B 195(2); Neal 2011, arXiv:1206.1901, section 3
 */
export function hmcTransition(logDensity: LogDensity, inputs: HmcInputs, steps: number): HmcTransition {
  const proposal = leapfrog(logDensity, inputs, { stepSize: inputs.stepSize, steps });
  const logRatio: Tensor1D = tf.sub(logJoint(logDensity, proposal), logJoint(logDensity, inputs));
  const acceptance: Tensor1D = tf.where(tf.isNaN(logRatio), tf.zerosLike(logRatio), tf.exp(tf.minimum(logRatio, 0)));
  const accepted = tf.expandDims(tf.less(inputs.uniform, acceptance), 1);
  return { z: tf.where(accepted, proposal.z, inputs.z), acceptance, energyError: tf.neg(logRatio) };
}

/** −H(z, p) = log f(z) − ½‖p‖² */
const logJoint = (logDensity: LogDensity, { z, momentum }: PhasePoint): Tensor1D =>
  tf.sub(logDensity(z), tf.mul(tf.sum(tf.square(momentum), 1), 0.5));
