// The condition of a run's model: the layout of its rows, and the units of its covariates.
import { type Covariate, covariateMoments, type DataSet, widthOfDatum } from '@flowvae/datasets';
import { type RowLayout, rowLayout } from '@flowvae/tensor';
import type { Condition, MlpVaeOptions, Standardisation } from '@flowvae/vae';
import { conditionNames } from '../../config/covariates/condition.ts';
import type { Plan } from '../../config/plan.ts';

/** The parts of a run's rows. */
export function rowsOfPlan({ data, covariates }: Pick<Plan, 'data' | 'covariates'>): RowLayout {
  const pixels = widthOfDatum(data);
  return rowLayout([
    ['x', pixels],
    ...(data.hasMissing ? [['mask', pixels] as const] : []),
    ...covariates.map(({ name, width }) => [name, width] as const),
  ]);
}

/** The covariates that the networks of a plan are given. */
export const conditionOf = ({ config, covariates }: Pick<Plan, 'config' | 'covariates'>): readonly Covariate[] =>
  conditionNames(config).map((name) => covariates.find((each) => each.name === name)!);

/** Columns of some covariates. */
export const widthOfAll = (covariates: readonly Covariate[]): number =>
  covariates.reduce((sum, { width }) => sum + width, 0);

/** The units of the condition's numbers, from the training rows; undefined where there are none. */
export function conditionUnits(set: DataSet, plan: Plan): Standardisation | undefined {
  const condition = conditionOf(plan);
  const hasNumbers = condition.some(({ kind }) => kind === 'number');
  return hasNumbers
    ? covariateMoments(
        set,
        condition.map(({ name }) => name),
      )
    : undefined;
}

/** The options of a conditional model; none for others. */
export function conditionalOptions(
  plan: Plan,
  units: Standardisation | undefined,
): Pick<MlpVaeOptions, 'layout' | 'condition' | 'conditionalPrior'> {
  const { config, covariates, networks } = plan;
  if (covariates.length === 0) return {};
  const parts = conditionOf(plan);
  const condition: Condition = { parts, standardisation: units ?? unreadUnits(parts) };
  const isOneClass = parts.length === 1 && parts[0]!.kind === 'category'; // linear heads reach every normal of a class
  const conditionalPrior = { hidden: isOneClass ? [] : [networks.hidden.at(-1)!] };
  return {
    layout: rowsOfPlan(plan),
    ...(parts.length > 0 ? { condition } : {}),
    ...(config.conditionalPrior === 'yes' ? { conditionalPrior } : {}),
  };
}

/** Units to be read from a file. */
function unreadUnits(parts: readonly Covariate[]): Standardisation | undefined {
  if (parts.every(({ kind }) => kind !== 'number')) return undefined;
  const width = widthOfAll(parts);
  return { mean: new Float32Array(width), scale: new Float32Array(width).fill(1) };
}
