// The condition of a model: covariates that its networks take beside their own input.
import { ExpectationError, type NamedVariables, repeatRows, type Tensor2D, tf } from '@flowvae/tensor';
import type { Named } from './row-reading.ts';
import { type Standardisation, standardiser } from './standardisation.ts';

/** The covariates that networks are given. */
export interface Condition {
  /** Covariates by name and width, in the order in which networks take them. */
  readonly parts: readonly { readonly name: string; readonly width: number }[];
  /** Networks take (y − mean)/scale of all columns; absent: y itself. Classes have mean 0 and scale 1. */
  readonly standardisation?: Standardisation | undefined;
}

/** Width C of a condition. */
export const conditionWidth = ({ parts }: Condition): number => parts.reduce((sum, { width }) => sum + width, 0);

/** A condition, as a part of a model. */
export interface Conditioner {
  /** `mean` and `scale`, [1, C] each, not trainable; none without a standardisation. */
  readonly variables: NamedVariables;
  /** Covariates → condition [B, C]. @throws ExpectationError naming a covariate that is not given */
  of(named: Named | undefined): Tensor2D;
}

/** Makes a condition's variables. @throws ExpectationError for a standardisation that cannot be used */
export function conditioner(condition: Condition): Conditioner {
  const { parts, standardisation } = condition;
  const units = standardisation && standardiser(standardisation);
  return {
    variables: units?.variables ?? {},
    of(named) {
      const columns = parts.map(({ name }) => named?.[name] ?? refuseMissing(name));
      const joined = columns.length === 1 ? columns[0]! : tf.concat(columns, 1);
      return units ? units.standardise(joined) : joined;
    },
  };
}

function refuseMissing(name: string): never {
  throw new ExpectationError({
    where: 'vae: condition',
    expected: `the covariate ${name} [B, width], for the model depends on it`,
    received: 'none',
    remedy: `give rows whose layout has ${name}, or pass { ${name} } as the last argument`,
  });
}

/** z [B·S, D] and a condition [B, C], or one row for all of the other → [B·S, D + C] */
export function besideCondition(z: Tensor2D, condition: Tensor2D): Tensor2D {
  const rows = Math.max(z.shape[0], condition.shape[0]);
  return tf.concat([repeatedTo(rows, z), repeatedTo(rows, condition)], 1);
}

function repeatedTo(rows: number, x: Tensor2D): Tensor2D {
  if (rows % x.shape[0] === 0) return repeatRows(x, rows / x.shape[0]);
  throw new ExpectationError({
    where: 'vae: condition',
    expected: `a number of rows that divides ${rows}`,
    received: `${x.shape[0]}`,
  });
}
