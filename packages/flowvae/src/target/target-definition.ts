// A target density as a module: its settings, dimensions and log-density, and defaults of the command's options.
import type { Tensor1D, Tensor2D } from '@flowvae/tensor';
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

/** The parts of a target. */
export interface TargetParts<S extends SettingShapes> {
  /** For titles and folders. Default: the name of the module's file. */
  readonly name?: string;
  /** Settings that the command takes as `--set name=value`; without them there are none. */
  readonly settings?: S;
  /** Width D of a point. */
  readonly dim: Given<number, S>;
  /** z [B, D] → log p̃(z) [B], nats, up to a constant. Row i depends on row i only. */
  readonly logDensity: (z: Tensor2D, context: TargetContext<S>) => Tensor1D;
  /** log ∫ p̃, nats, where it is known: pictures and reports show it beside the estimate. */
  readonly logZ?: Given<number, S>;
  /** Values of the command's options where the user gives none. */
  readonly options?: Partial<TargetConfig>;
}

/** A target whose own settings have any types. */
export interface TargetDefinition {
  readonly name?: string;
  readonly settings?: SettingShapes;
  readonly dim: Given<number, SettingShapes>;
  readonly logDensity: (z: Tensor2D, context: TargetContext) => Tensor1D;
  readonly logZ?: Given<number, SettingShapes>;
  readonly options?: Partial<TargetConfig>;
}

/** The types that each part may have. */
const kinds: Readonly<Record<keyof TargetDefinition, readonly string[]>> = {
  name: ['string'],
  settings: ['object'],
  dim: ['number', 'function'],
  logDensity: ['function'],
  logZ: ['number', 'function'],
  options: ['object'],
};

/**
 * Defines a target, as the default export of a module for `flowvae target`.
 *
 * @throws ExpectationError for an unknown part, a missing one, or one of another type
 * @example export default defineTarget({ dim: 2, logDensity: (z) => tf.neg(tf.sum(tf.square(z), 1)) });
 */
export function defineTarget<S extends SettingShapes = Record<never, never>>(parts: TargetParts<S>): TargetDefinition {
  for (const name of Object.keys(parts)) refuseUnknown(name);
  for (const [name, types] of Object.entries(kinds)) refuseOther(name, types, parts[name as keyof TargetParts<S>]);
  return marked(parts, 'target') as unknown as TargetDefinition;
}

function refuseUnknown(name: string): void {
  if (name in kinds) return;
  const expected = `one of ${Object.keys(kinds).join(', ')}`;
  throw new ExpectationError({ where: `defineTarget: ${name}`, expected, received: 'an unknown part' });
}

const required: readonly string[] = ['dim', 'logDensity'];

function refuseOther(name: string, types: readonly string[], part: unknown): void {
  if (part === undefined ? !required.includes(name) : part !== null && types.includes(typeof part)) return;
  throw new ExpectationError({
    where: `defineTarget: ${name}`,
    expected: types.map((type) => `${type === 'object' ? 'an' : 'a'} ${type}`).join(' or '),
    received: part === undefined ? 'none' : part === null ? 'null' : typeof part,
  });
}

/** Whether a value was made by {@link defineTarget}, of this or another copy of flowvae. */
export const isTargetDefinition = (value: unknown): value is TargetDefinition => isMarked(value, 'target');
