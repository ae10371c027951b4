// Optimisers as values. All follow PyTorch's definitions, which differ from TensorFlow.js's in the place of epsilon and
// in defaults.
import type { Sweep } from './kernels.ts';
import {
  checkedRate,
  checkSetting,
  isAboveZero,
  isFraction,
  isFromZero,
  type LearningRateSchedule,
} from './optimizer-settings.ts';

/** When an update is made. */
interface UpdateTime {
  /** Earlier steps, including skipped ones: schedules use this number. */
  readonly step: number;
  /** Earlier updates: corrections of young averages use this number. Default `step`. */
  readonly updates?: number;
  /** Multiplies the learning rate. Default 1. */
  readonly rateFactor?: number;
}

/**
 * A part of an update, as data: a state in any memory carries it out. Sweeps move the parameters by the gradients, and
 * the optimiser's state with them; `clip` scales the gradients by min(1, maxNorm/(‖g‖ + 1e-6)).
 */
export type UpdatePart =
  | {
      readonly pass: Exclude<Sweep, 'scale'>;
      /** The regions of the optimiser's state that the sweep takes, counted from its first. */
      readonly slots: readonly number[];
      /** The kernel's scalars in their order: those that change from step to step, then the others. */
      readonly varying: readonly number[];
      readonly fixed: readonly number[];
    }
  | { readonly pass: 'clip'; readonly maxNorm: number };

/** The parts of an update in their order. */
export type Update = readonly UpdatePart[];

/**
 * One sweep over gradients or parameters at each step; optimisers and gradient transformations alike.
 *
 * A variable that a step's loss does not use has gradient 0 at that step: its averages decay and its momentum
 * continues, in both engines. (PyTorch does the same after `zero_grad(set_to_none=False)`; by default it skips such a
 * parameter.)
 */
export interface Optimizer {
  /** The entry for a config: the name and every setting. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Number of regions for the state. */
  readonly slots: number;
  /** A name for each of these regions, e.g. `m` and `v`. */
  readonly slotNames: readonly string[];
  /**
   * The update of a step. Its parts are the same at all steps, but for their varying scalars.
   *
   * @throws ExpectationError if a schedule gives no rate
   */
  updateAt(time: UpdateTime): Update;
}

/** The region of the parameters. */
export const PARAMETERS = 0;

/** The region of the gradients. */
export const GRADIENTS = 1;

/** The first region of optimiser state. */
export const FIRST_SLOT = 2;

/** A learning rate, fixed or by step: finite, from 0. */
export type LearningRate = number | LearningRateSchedule;

/**
 * Moving averages below this become 0: even divided by an epsilon of 1e-8 they move no parameter, and denormal numbers
 * are slow.
 */
const TINY = 1e-30;

const described = (rate: LearningRate) => (typeof rate === 'number' ? rate : 'schedule');

/** Settings of {@link adam} and {@link adamax}; the defaults are PyTorch's. */
export interface AdamOptions {
  readonly beta1?: number;
  readonly beta2?: number;
  readonly epsilon?: number;
}

/**
 * Adam with bias correction, epsilon outside the square root. A skipped step counts for the schedule, but not for the
 * correction, because the averages have not seen it.
 *
 * @throws ExpectationError for a setting that allows no step, and at a step for which a schedule gives no rate
 * @see Kingma & Ba 2015, arXiv:1412.6980, algorithm 1; torch.optim.Adam
 */
export function adam(rate: LearningRate, { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 }: AdamOptions = {}): Optimizer {
  const rateAt = checkedRate('adam', rate);
  checkMoments('adam', { beta1, beta2, epsilon });
  return {
    config: { name: 'adam', rate: described(rate), beta1, beta2, epsilon },
    slots: 2,
    slotNames: ['m', 'v'],
    updateAt({ step, updates = step, rateFactor = 1 }) {
      const t = updates + 1;
      const corrected = (rateFactor * rateAt(step)) / (1 - beta1 ** t);
      const root = 1 / Math.sqrt(1 - beta2 ** t);
      const fixed = [1 - beta1, beta2, 1 - beta2, epsilon, TINY];
      return [{ pass: 'adam', slots: [0, 1], varying: [corrected, root], fixed }];
    },
  };
}

/**
 * Adam with the largest of the decayed gradients in place of the root of their mean square, bias correction for the
 * mean alone. A skipped step counts as for {@link adam}.
 *
 * @throws ExpectationError as {@link adam}
 * @see Kingma & Ba 2015, arXiv:1412.6980, algorithm 2; torch.optim.Adamax, which adds epsilon to |g|
 */
export function adamax(
  rate: LearningRate,
  { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 }: AdamOptions = {},
): Optimizer {
  const rateAt = checkedRate('adamax', rate);
  checkMoments('adamax', { beta1, beta2, epsilon });
  return {
    config: { name: 'adamax', rate: described(rate), beta1, beta2, epsilon },
    slots: 2,
    slotNames: ['m', 'u'],
    updateAt({ step, updates = step, rateFactor = 1 }) {
      const corrected = (rateFactor * rateAt(step)) / (1 - beta1 ** (updates + 1));
      return [{ pass: 'adamax', slots: [0, 1], varying: [corrected], fixed: [1 - beta1, beta2, epsilon, TINY] }];
    },
  };
}

function checkMoments(name: string, { beta1, beta2, epsilon }: Required<AdamOptions>): void {
  checkSetting(`${name}: beta1`, beta1, isFraction);
  checkSetting(`${name}: beta2`, beta2, isFraction);
  checkSetting(`${name}: epsilon`, epsilon, isAboveZero);
}

/** Settings of {@link rmsprop}; the defaults are PyTorch's. */
export interface RmspropOptions {
  readonly alpha?: number;
  readonly momentum?: number;
  readonly epsilon?: number;
}

/**
 * RMSprop, not centred, with momentum after the division; epsilon outside the square root, alpha 0.99 (TensorFlow.js:
 * inside, 0.9).
 *
 * @throws ExpectationError as {@link adam}
 * @see torch.optim.RMSprop
 */
export function rmsprop(
  rate: LearningRate,
  { alpha = 0.99, momentum = 0, epsilon = 1e-8 }: RmspropOptions = {},
): Optimizer {
  const rateAt = checkedRate('rmsprop', rate);
  checkSetting('rmsprop: alpha', alpha, isFraction);
  checkSetting('rmsprop: momentum', momentum, isFromZero);
  checkSetting('rmsprop: epsilon', epsilon, isFromZero);
  return {
    config: { name: 'rmsprop', rate: described(rate), alpha, momentum, epsilon },
    slots: 2,
    slotNames: ['v', 'buffer'],
    updateAt({ step, rateFactor = 1 }) {
      const fixed = [alpha, 1 - alpha, momentum, epsilon, TINY];
      return [{ pass: 'rmsprop', slots: [0, 1], varying: [rateFactor * rateAt(step)], fixed }];
    },
  };
}

/** Settings of {@link sgd}. */
export interface SgdOptions {
  readonly momentum?: number;
}

/**
 * Gradient descent, with heavy-ball momentum without dampening.
 *
 * @throws ExpectationError as {@link adam}
 * @see torch.optim.SGD
 */
export function sgd(rate: LearningRate, { momentum = 0 }: SgdOptions = {}): Optimizer {
  const rateAt = checkedRate('sgd', rate);
  checkSetting('sgd: momentum', momentum, isFromZero);
  return {
    config: { name: 'sgd', rate: described(rate), momentum },
    slots: 1,
    slotNames: ['buffer'],
    updateAt({ step, rateFactor = 1 }) {
      return [{ pass: 'sgd', slots: [0], varying: [rateFactor * rateAt(step)], fixed: [momentum, TINY] }];
    },
  };
}

/**
 * Scales all gradients by min(1, maxNorm/(‖g‖ + 1e-6)), ‖g‖ the norm over all of them together.
 *
 * @see Pascanu et al. 2013, arXiv:1211.5063, algorithm 1; torch.nn.utils.clip_grad_norm_
 */
export function clipByGlobalNorm(maxNorm: number): Optimizer {
  checkSetting('clipByGlobalNorm: maxNorm', maxNorm, isAboveZero);
  return {
    config: { name: 'clipByGlobalNorm', maxNorm },
    slots: 0,
    slotNames: [],
    updateAt: () => [{ pass: 'clip', maxNorm }],
  };
}

/** Applies several in order, e.g. `chainOptimizers(clipByGlobalNorm(1), adam(1e-3))`. */
export function chainOptimizers(...parts: readonly Optimizer[]): Optimizer {
  return {
    config: { name: 'chain', parts: parts.map(({ config }) => config) },
    slots: parts.reduce((total, { slots }) => total + slots, 0),
    slotNames: distinct(parts.map(({ slotNames }) => slotNames)),
    updateAt(time) {
      let first = 0;
      return parts.flatMap((part) => {
        const update = part.updateAt(time).map((each) => shifted(each, first));
        first += part.slots;
        return update;
      });
    },
  };
}

/** The part with its slots counted from another one on. */
const shifted = (part: UpdatePart, first: number): UpdatePart =>
  part.pass === 'clip' ? part : { ...part, slots: part.slots.map((slot) => first + slot) };

/** The names of all parts; ambiguous ones get the number of their part. */
function distinct(names: readonly (readonly string[])[]): string[] {
  const plain = names.flat();
  if (new Set(plain).size === plain.length) return plain;
  return names.flatMap((part, i) => part.map((name) => `${i}.${name}`));
}
