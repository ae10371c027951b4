// A target density as a module: its settings, dimensions and log-density, and defaults of the command's options.
import type { Constraint } from '@flowvae/flows';
import type { Key } from '@flowvae/random';
import type { Tensor, Tensor1D, Tensor2D } from '@flowvae/tensor';
import { ExpectationError } from '@flowvae/tensor/plain';
import type { SettingShapes, SettingValues } from '../definition/experiment-definition.ts';
import { isMarked, marked } from '../definition/marks.ts';
import type { TargetConfig } from './target-settings.ts';

/** The settings, which every part gets. */
export interface TargetContext<S extends SettingShapes = SettingShapes> {
  /** The target's own, as `--set` gave them, with their defaults. */
  readonly settings: SettingValues<S>;
}

/** A value, or a function of the settings that gives it. */
type Given<T, S extends SettingShapes> = T | ((context: TargetContext<S>) => T);

/** The parts that every target has. */
interface CommonParts<S extends SettingShapes> {
  /** For titles and folders. Default: the name of the module's file. */
  readonly name?: string;
  /** Settings that the command takes as `--set name=value`; without them there are none. */
  readonly settings?: S;
  /** log ∫ p̃, nats, where it is known: pictures and reports show it beside the estimate. */
  readonly logZ?: Given<number, S>;
  /**
   * Draws of the target for the objective `forward-kl`: a file beside the module, a table with the target's columns or
   * one array [n, columns]; or a function that makes them.
   */
  readonly draws?: string | ((asked: DrawsRequest<S>) => ArrayLike<number> | Promise<ArrayLike<number>>);
  /** Values of the command's options where the user gives none. */
  readonly options?: Partial<TargetConfig>;
}

/** The request for draws of a target; the answer is [count, columns], row-major, in the units of the columns. */
export interface DrawsRequest<S extends SettingShapes = SettingShapes> extends TargetContext<S> {
  /** Decides the draws. */
  readonly key: Key;
  readonly count: number;
}

/** A density of points of R^D. */
export interface TargetParts<S extends SettingShapes> extends CommonParts<S> {
  /** Width D of a point. */
  readonly dim: Given<number, S>;
  readonly parameters?: undefined;
  /** z [B, D] → log p̃(z) [B], nats, up to a constant. Row i depends on row i only. */
  readonly logDensity: (z: Tensor2D, context: TargetContext<S>) => Tensor1D;
}

/** A density of named parameters, each in its own units. */
export interface NamedTargetParts<S extends SettingShapes, P extends string> extends CommonParts<S> {
  readonly dim?: undefined;
  /** Constraints, or their formulas, by name: `{ mu: 'real', tau: 'positive', theta: 'real[8]' }`. */
  readonly parameters: Given<Readonly<Record<P, string | Constraint>>, S>;
  /** Values by name, each [B, ...shape] → log p̃ [B], nats, up to a constant; no Jacobian of the constraints. */
  readonly logDensity: (values: Readonly<Record<P, Tensor>>, context: TargetContext<S>) => Tensor1D;
}

/** A target whose own settings have any types. */
export type TargetDefinition = TargetParts<SettingShapes> | NamedTargetParts<SettingShapes, string>;

type PartName = keyof TargetDefinition;

/** The types that each part may have. */
const kinds: Readonly<Record<PartName, readonly string[]>> = {
  name: ['string'],
  settings: ['object'],
  dim: ['number', 'function'],
  parameters: ['object', 'function'],
  logDensity: ['function'],
  logZ: ['number', 'function'],
  draws: ['string', 'function'],
  options: ['object'],
};

/**
 * Defines a target, as the default export of a module for `flowvae target`: a density of points, with `dim`, or of
 * named `parameters`.
 *
 * @throws ExpectationError for an unknown part, a missing one, or one of another type
 * @example export default defineTarget({ dim: 2, logDensity: (z) => tf.neg(tf.sum(tf.square(z), 1)) });
 */
export function defineTarget<S extends SettingShapes = Record<never, never>>(parts: TargetParts<S>): TargetDefinition;
export function defineTarget<P extends string, S extends SettingShapes = Record<never, never>>(
  parts: NamedTargetParts<S, P>,
): TargetDefinition;
export function defineTarget(parts: object): TargetDefinition {
  const given = parts as Readonly<Record<string, unknown>>;
  for (const name of Object.keys(given)) refuseUnknown(name);
  if ((given.dim === undefined) === (given.parameters === undefined)) throw notOne(given.dim !== undefined);
  for (const [name, types] of Object.entries(kinds)) refuseOther(name, types, given[name]);
  return marked(parts, 'target') as TargetDefinition;
}

const notOne = (hasBoth: boolean) =>
  new ExpectationError({
    where: 'defineTarget',
    expected: 'dim, the width of a point, or parameters by name',
    received: hasBoth ? 'both' : 'neither',
  });

function refuseUnknown(name: string): void {
  if (name in kinds) return;
  const expected = `one of ${Object.keys(kinds).join(', ')}`;
  throw new ExpectationError({ where: `defineTarget: ${name}`, expected, received: 'an unknown part' });
}

const REQUIRED = 'logDensity';

function refuseOther(name: string, types: readonly string[], part: unknown): void {
  if (part === undefined ? name !== REQUIRED : part !== null && types.includes(typeof part)) return;
  throw new ExpectationError({
    where: `defineTarget: ${name}`,
    expected: types.map((type) => `${type === 'object' ? 'an' : 'a'} ${type}`).join(' or '),
    received: part === undefined ? 'none' : part === null ? 'null' : typeof part,
  });
}

/** Whether a value was made by {@link defineTarget}, of this or another copy of flowvae. */
export const isTargetDefinition = (value: unknown): value is TargetDefinition => isMarked(value, 'target');
