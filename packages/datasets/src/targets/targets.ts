// All targets by name.
import { ExpectationError } from '@flowvae/tensor';
import { didYouMean } from '@flowvae/tensor/plain';
import { banana } from './banana.ts';
import { correlatedNormal } from './correlated-normal.ts';
import { eightSchools, eightSchoolsNonCentred } from './eight-schools.ts';
import { energyTargets } from './energy-targets.ts';
import { funnel } from './funnel.ts';
import { gaussianProcess } from './gaussian-process.ts';
import { logisticRegression } from './logistic-regression.ts';
import { eightGaussians, ring } from './plane-targets.ts';
import type { TargetDensity } from './target-density.ts';

const table = {
  ...energyTargets,
  banana,
  funnel,
  'eight-gaussians': eightGaussians,
  ring,
  'correlated-normal': correlatedNormal,
  'eight-schools': eightSchools,
  'eight-schools-non-centred': eightSchoolsNonCentred,
  'logistic-regression': logisticRegression,
  'gaussian-process': gaussianProcess,
} as const satisfies Readonly<Record<string, TargetDensity>>;

/** The name of a target. */
export type TargetName = keyof typeof table;

/**
 * Unnormalised densities with known log Z and moments, for variational inference to be tried on.
 *
 * Energies, banana, funnel, mixture, ring and correlated normal have them in closed form or by quadrature on the plane;
 * the posteriors of eight schools, of a logistic regression and of a Gaussian process's hyper-parameters by quadrature
 * in one or three dimensions, with normalised priors and likelihoods: their log Z is the log evidence.
 */
export const targets: Readonly<Record<TargetName, TargetDensity>> = table;

/**
 * A target by its name.
 *
 * @throws ExpectationError for a name that no target has
 */
export function target(name: string): TargetDensity {
  const known = Object.keys(targets);
  if (Object.hasOwn(targets, name)) return targets[name as TargetName];
  throw new ExpectationError({
    where: 'target',
    expected: `one of ${known.join(', ')}`,
    received: `'${name}'`,
    remedy: didYouMean(name, known),
  });
}
