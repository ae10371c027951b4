// Optimiser updates in float64, from the formulas in torch's documentation; writes optimizers.json.
//
//   Adam:    m ← β₁m + (1 − β₁)g, v ← β₂v + (1 − β₂)g²; θ ← θ − lr·(m/(1 − β₁ᵗ)) / (√(v/(1 − β₂ᵗ)) + ε), t = 1, 2, …
//   Adamax:  m ← β₁m + (1 − β₁)g, u ← max(β₂u, |g| + ε); θ ← θ − lr/(1 − β₁ᵗ)·m/u
//   RMSprop: v ← αv + (1 − α)g²; d = g/(√v + ε), not centred; momentum μ > 0: buf ← μ·buf + d and d = buf; θ ← θ − lr·d
//   SGD:     momentum μ > 0: buf ← μ·buf + g (dampening 0, so the first buf is g) and g = buf; θ ← θ − lr·g
//   clipping by the global norm, before the update: g ← g·min(1, max/(‖g‖ + 1e-6)), ‖g‖ over all parameters
//
// The learning rate stands outside the momentum buffers, which the schedules tell apart. Every trajectory was compared
// with torch.optim.Adam, Adamax, RMSprop and SGD and torch.nn.utils.clip_grad_norm_ of torch 2.15.0 in float64:
// they differ by less than 1e-15 in every number up to 1, relatively above.
import { commitWhenRun } from './committed-json.ts';
import { mulberry32, normals } from './inputs.ts';

/** The step to subtract from the parameters, given their gradient; holds the optimiser's state. */
type Step = (gradient: readonly number[], learningRate: number) => number[];

/** Options of each optimiser besides the learning rate. */
interface OptimizerOptions {
  readonly adam: { readonly beta1: number; readonly beta2: number; readonly epsilon: number };
  readonly adamax: { readonly beta1: number; readonly beta2: number; readonly epsilon: number };
  readonly rmsprop: { readonly alpha: number; readonly epsilon: number; readonly momentum: number };
  readonly sgd: { readonly momentum: number };
}

type OptimizerName = keyof OptimizerOptions;

/** torch.optim.Adam. */
export function adam({ beta1, beta2, epsilon }: OptimizerOptions['adam']): Step {
  let t = 0;
  let m: number[] = [];
  let v: number[] = [];
  return (gradient, learningRate) => {
    t += 1;
    m = gradient.map((g, i) => beta1 * (m[i] ?? 0) + (1 - beta1) * g);
    v = gradient.map((g, i) => beta2 * (v[i] ?? 0) + (1 - beta2) * g * g);
    return m.map((mi, i) => {
      const mean = mi / (1 - beta1 ** t);
      const square = v[i]! / (1 - beta2 ** t);
      return (learningRate * mean) / (Math.sqrt(square) + epsilon);
    });
  };
}

/** torch.optim.Adamax. */
export function adamax({ beta1, beta2, epsilon }: OptimizerOptions['adamax']): Step {
  let t = 0;
  let m: number[] = [];
  let u: number[] = [];
  return (gradient, learningRate) => {
    t += 1;
    m = gradient.map((g, i) => beta1 * (m[i] ?? 0) + (1 - beta1) * g);
    u = gradient.map((g, i) => Math.max(beta2 * (u[i] ?? 0), Math.abs(g) + epsilon));
    return m.map((mi, i) => ((learningRate / (1 - beta1 ** t)) * mi) / u[i]!);
  };
}

/** torch.optim.RMSprop with centered=False. */
export function rmsprop({ alpha, epsilon, momentum }: OptimizerOptions['rmsprop']): Step {
  let v: number[] = [];
  let buffer: number[] = [];
  return (gradient, learningRate) => {
    v = gradient.map((g, i) => alpha * (v[i] ?? 0) + (1 - alpha) * g * g);
    buffer = gradient.map((g, i) => momentum * (buffer[i] ?? 0) + g / (Math.sqrt(v[i]!) + epsilon));
    return buffer.map((direction) => learningRate * direction);
  };
}

/** torch.optim.SGD with dampening=0, nesterov=False. */
export function sgd({ momentum }: OptimizerOptions['sgd']): Step {
  let buffer: number[] = [];
  return (gradient, learningRate) => {
    buffer = gradient.map((g, i) => momentum * (buffer[i] ?? 0) + g);
    return buffer.map((direction) => learningRate * direction);
  };
}

/** √Σg² over all parameters. */
export function globalNorm(gradient: readonly number[]): number {
  return Math.sqrt(gradient.reduce((sum, g) => sum + g * g, 0));
}

/** torch.nn.utils.clip_grad_norm_. */
export function clipByGlobalNorm(gradient: readonly number[], maxNorm: number): number[] {
  const factor = Math.min(1, maxNorm / (globalNorm(gradient) + 1e-6));
  return gradient.map((g) => g * factor);
}

type GradientSet = 'mixed' | 'tiny';

/** One trajectory of optimizers.json: P parameters, T steps; `options` are those of `optimizer`. */
interface OptimizerCase<Name extends OptimizerName = OptimizerName> {
  readonly name: string;
  readonly optimizer: Name;
  readonly options: OptimizerOptions[Name];
  /** Which of the gradient sets. */
  readonly gradients: GradientSet;
  /** The largest global norm, where gradients are clipped. */
  readonly maxNorm?: number;
  /** [T] */
  readonly learningRates: readonly number[];
  /** The parameters after each step, [T, P], row-major. */
  readonly trajectory: readonly number[];
}

/** optimizers.json. */
export interface OptimizerReference {
  readonly madeBy: string;
  readonly steps: number;
  /** How the P parameters may be cut into tensors, in order; sums to P. */
  readonly tensorSizes: readonly number[];
  /** The parameters before the first step, [P]. */
  readonly start: ArrayLike<number>;
  /** Given gradients, [T, P] each: they do not depend on the parameters. */
  readonly gradients: Readonly<Record<GradientSet, ArrayLike<number>>>;
  /** Global norm of each step's gradient before clipping, [T] each. */
  readonly globalNorms: Readonly<Record<GradientSet, readonly number[]>>;
  readonly cases: readonly OptimizerCase[];
}

const STEPS = 25;
const TENSOR_SIZES = [6, 4, 2];
const PARAMETERS = 12;

const stepsOf: { readonly [Name in OptimizerName]: (options: OptimizerOptions[Name]) => Step } = {
  adam,
  adamax,
  rmsprop,
  sgd,
};

const gradientAt = (set: ArrayLike<number>, step: number) =>
  Array.from({ length: PARAMETERS }, (_, i) => set[step * PARAMETERS + i]!);

/** Normal draws whose scale differs per parameter; one parameter never moves, another gets its first gradient late. */
function drawGradients(seed: number, scales: readonly number[]): Float32Array {
  const draws = normals(mulberry32(seed), STEPS * PARAMETERS, 1);
  return draws.map((draw, at) => {
    const [step, i] = [Math.floor(at / PARAMETERS), at % PARAMETERS];
    if (i === 4 || (i === 7 && step < 5)) return 0;
    return ((Math.round(draw * 1000) + 300) / 1000) * scales[i % scales.length]!; // shifted, so that momentum builds up
  });
}

type Setting<Name extends OptimizerName = OptimizerName> = Omit<OptimizerCase<Name>, 'trajectory'>;

function run<Name extends OptimizerName>(
  setting: Setting<Name>,
  start: ArrayLike<number>,
  gradients: ArrayLike<number>,
): OptimizerCase<Name> {
  const { optimizer, options, maxNorm, learningRates } = setting;
  const step = stepsOf[optimizer](options);
  let parameters = Array.from(start);
  const trajectory = learningRates.flatMap((learningRate, t) => {
    const gradient = gradientAt(gradients, t);
    const change = step(maxNorm === undefined ? gradient : clipByGlobalNorm(gradient, maxNorm), learningRate);
    parameters = parameters.map((value, i) => value - change[i]!);
    return parameters;
  });
  return { ...setting, trajectory };
}

const constant = (learningRate: number) => Array.from({ length: STEPS }, () => learningRate);

/** Up to `peak` in five equal steps, then halved every eight. */
const warmUpThenHalve = (peak: number) =>
  Array.from({ length: STEPS }, (_, t) => (t < 5 ? (peak * (t + 1)) / 5 : peak * 0.5 ** Math.floor((t - 5) / 8)));

const ADAM = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
const RMSPROP = { alpha: 0.99, epsilon: 1e-8, momentum: 0 };

const row = <Name extends OptimizerName>(
  optimizer: Name,
  name: string,
  options: OptimizerOptions[Name],
  learningRates: readonly number[],
  rest: { readonly gradients?: GradientSet; readonly maxNorm?: number } = {},
): Setting<Name> => ({
  name: `${optimizer}: ${name}`,
  optimizer,
  options,
  gradients: 'mixed',
  ...rest,
  learningRates,
});

const SETTINGS: readonly Setting[] = [
  row('adam', "torch's defaults", ADAM, constant(1e-3)),
  row('adam', 'large epsilon, other betas', { beta1: 0.5, beta2: 0.9, epsilon: 0.1 }, constant(0.02)),
  row('adam', 'beta1 0.99, epsilon 1e-4', { beta1: 0.99, beta2: 0.999, epsilon: 1e-4 }, constant(1e-3)),
  row('adam', 'no averaging of gradients', { ...ADAM, beta1: 0 }, constant(1e-2)),
  row('adam', 'scheduled', ADAM, warmUpThenHalve(0.01)),
  row('adam', 'gradients near epsilon', ADAM, constant(1e-3), { gradients: 'tiny' }),
  row('adam', 'clipped', ADAM, constant(1e-3), { maxNorm: 5 }),
  row('adamax', "torch's defaults", ADAM, constant(2e-3)),
  row('adamax', 'large epsilon, other betas', { beta1: 0.5, beta2: 0.9, epsilon: 0.1 }, constant(0.02)),
  row('adamax', 'scheduled', ADAM, warmUpThenHalve(0.01)),
  row('adamax', 'gradients near epsilon', ADAM, constant(1e-3), { gradients: 'tiny' }),
  row('adamax', 'clipped', ADAM, constant(1e-3), { maxNorm: 5 }),
  row('rmsprop', "torch's defaults", RMSPROP, constant(1e-2)),
  row('rmsprop', 'momentum 0.9', { ...RMSPROP, momentum: 0.9 }, constant(1e-5)),
  row('rmsprop', 'momentum 0.9, scheduled', { ...RMSPROP, momentum: 0.9 }, warmUpThenHalve(1e-3)),
  row('rmsprop', 'large epsilon', { alpha: 0.9, epsilon: 0.05, momentum: 0.5 }, constant(1e-2)),
  row('rmsprop', 'gradients near epsilon', RMSPROP, constant(1e-2), { gradients: 'tiny' }),
  row('rmsprop', 'clipped', { ...RMSPROP, momentum: 0.9 }, constant(1e-3), { maxNorm: 5 }),
  row('sgd', 'plain', { momentum: 0 }, constant(0.05)),
  row('sgd', 'momentum 0.9', { momentum: 0.9 }, constant(0.01)),
  row('sgd', 'momentum 0.9, scheduled', { momentum: 0.9 }, warmUpThenHalve(0.05)),
  row('sgd', 'clipped', { momentum: 0 }, constant(0.05), { maxNorm: 5 }),
  row('sgd', 'clipped below every norm, momentum 0.5', { momentum: 0.5 }, constant(0.1), { maxNorm: 0.25 }),
];

/** Everything in optimizers.json. */
export function optimizerReference(): OptimizerReference {
  const start = normals(mulberry32(1), PARAMETERS, 1).map((value, i) => (i % 3 === 0 ? 0 : value));
  const gradients = {
    mixed: drawGradients(2, [1, 0.1, 3, 0.01]),
    tiny: drawGradients(3, [1e-7, 1e-8, 3e-9, 1e-6]),
  };
  const normsOf = (set: ArrayLike<number>) => Array.from({ length: STEPS }, (_, t) => globalNorm(gradientAt(set, t)));
  return {
    madeBy: 'test/reference/optimizers.ts',
    steps: STEPS,
    tensorSizes: TENSOR_SIZES,
    start,
    gradients,
    globalNorms: { mixed: normsOf(gradients.mixed), tiny: normsOf(gradients.tiny) },
    cases: SETTINGS.map((setting) => run(setting, start, gradients[setting.gradients])),
  };
}

commitWhenRun(import.meta.url, 'optimizers', optimizerReference);
