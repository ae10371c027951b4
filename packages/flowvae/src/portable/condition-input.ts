// The further input of a conditional model's files: its covariates in their order, [batch, C].
import type { Traceable } from '@flowvae/compiler';
import { namedInputs, rowLayout, type Tensor2D, tf } from '@flowvae/tensor';
import type { Named } from '@flowvae/vae';
import type { Plan } from '../config/plan.ts';
import { widthOfAll } from '../run/covariates/conditioning.ts';

/** The inputs of a traced function. */
type Inputs = Parameters<Traceable>[0];

/** An input `condition`, and its use. */
interface ConditionInput {
  /** Its shape by its name; empty for a model without. */
  readonly shape: Readonly<Record<string, readonly [string, number]>>;
  /** The covariates by name; undefined for a model without. */
  named(inputs: Inputs): Named | undefined;
  /** The model's rows: `x` with the covariates behind it. */
  rows(inputs: Inputs): Tensor2D;
}

/** None, for a function of z or noise alone. */
export const noCondition: ConditionInput = {
  shape: {},
  named: () => undefined,
  rows: ({ x }) => x as Tensor2D,
};

/** The input of a plan's model. */
export function conditionInput({ covariates }: Plan): ConditionInput {
  const width = widthOfAll(covariates);
  if (width === 0) return noCondition;
  const layout = rowLayout(covariates.map((each) => [each.name, each.width]));
  return {
    shape: { condition: ['batch', width] },
    named: ({ condition }) => namedInputs(layout, condition as Tensor2D),
    rows: ({ x, condition }) => tf.concat([x!, condition!], 1) as Tensor2D,
  };
}
