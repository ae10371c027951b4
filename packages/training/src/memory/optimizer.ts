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

/**
 * The memory of an optimiser: regions of float32 values of equal length. Region 0 holds the parameters, 1 the
 * gradients, the rest the optimiser's state.
 */
export interface OptimizerTarget {
  /** Euclidean norm of all gradients together. */
  gradientNorm(): number;
  /** One pass of assembly/training.ts over whole regions. */
  sweep(pass: Sweep, regions: readonly number[], scalars: readonly number[]): void;
}

/** When an update is made. */
interface UpdateTime {
  /** Earlier steps, including skipped ones: schedules use this number. */
  readonly step: number;
  /** Earlier updates: corrections of young averages use this number. Default `step`. */
  readonly updates?: number;
  /** Multiplies the learning rate. Default 1. */
  readonly rateFactor?: number;
}

/** Moves the parameters. @param firstSlot the optimiser's first region of state */
type Update = (target: OptimizerTarget, firstSlot: number) => void;

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
   * The update of a step. All schedules are evaluated here, so that an invalid rate in a chain is found before anything
   * moves.
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

/** Settings of {@link adam}; the defaults are PyTorch's. */
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
  checkSetting('adam: beta1', beta1, isFraction);
  checkSetting('adam: beta2', beta2, isFraction);
  checkSetting('adam: epsilon', epsilon, isAboveZero);
  return {
    config: { name: 'adam', rate: described(rate), beta1, beta2, epsilon },
    slots: 2,
    slotNames: ['m', 'v'],
    updateAt({ step, updates = step, rateFactor = 1 }) {
      const t = updates + 1;
      const corrected = (rateFactor * rateAt(step)) / (1 - beta1 ** t);
      const root = 1 / Math.sqrt(1 - beta2 ** t);
      const scalars = [corrected, root, 1 - beta1, beta2, 1 - beta2, epsilon, TINY];
      return (target, slot) => target.sweep('adam', [PARAMETERS, GRADIENTS, slot, slot + 1], scalars);
    },
  };
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
      const scalars = [rateFactor * rateAt(step), alpha, 1 - alpha, momentum, epsilon, TINY];
      return (target, slot) => target.sweep('rmsprop', [PARAMETERS, GRADIENTS, slot, slot + 1], scalars);
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
      const scalars = [rateFactor * rateAt(step), momentum, TINY];
      return (target, slot) => target.sweep('sgd', [PARAMETERS, GRADIENTS, slot], scalars);
    },
  };
}

/** Added to the norm before the division, as in torch.nn.utils.clip_grad_norm_. */
const NORM_EPSILON = 1e-6;

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
    updateAt: () => (target) => {
      const factor = maxNorm / (target.gradientNorm() + NORM_EPSILON);
      if (factor < 1) target.sweep('scale', [GRADIENTS], [factor]);
    },
  };
}

/** Applies several in order, e.g. `chainOptimizers(clipByGlobalNorm(1), adam(1e-3))`. */
export function chainOptimizers(...parts: readonly Optimizer[]): Optimizer {
  return {
    config: { name: 'chain', parts: parts.map(({ config }) => config) },
    slots: parts.reduce((total, { slots }) => total + slots, 0),
    slotNames: distinct(parts.map(({ slotNames }) => slotNames)),
    updateAt(time) {
      const updates = parts.map((part) => ({ move: part.updateAt(time), slots: part.slots }));
      return (target, firstSlot) => {
        let slot = firstSlot;
        for (const { move, slots } of updates) {
          move(target, slot);
          slot += slots;
        }
      };
    },
  };
}

/** The names of all parts; ambiguous ones get the number of their part. */
function distinct(names: readonly (readonly string[])[]): string[] {
  const plain = names.flat();
  if (new Set(plain).size === plain.length) return plain;
  return names.flatMap((part, i) => part.map((name) => `${i}.${name}`));
}
