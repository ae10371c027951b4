// Settings as options of a fit.
import { beginRestart, type FitTargetOptions, refuseUnscored, targetProblem } from '@flowvae/inference';
import { key } from '@flowvae/random';
import { toldAs } from '../config/data-check.ts';
import { flagNamed } from '../config/setting/setting.ts';
import type { CheckedTarget } from './checked-target.ts';

/** Least number of entries in a fit's metrics. */
const CURVE_ENTRIES = 100;

/** The options of `fitTarget` that a run's settings describe. */
export function fitOptions({ config, guide, objective, draws }: CheckedTarget): FitTargetOptions {
  const { flow: _, gradient, seed, ...others } = config;
  return {
    ...others,
    flow: guide,
    objective,
    ...(draws ? { data: draws.points } : {}),
    ...(gradient === 'auto' ? {} : { gradient }),
    key: key(seed),
    entryEvery: Math.max(1, Math.min(100, Math.floor(config.steps / CURVE_ENTRIES))),
  };
}

/** @throws ExpectationError for a guide, an objective and a batch that do not fit together */
export function refuseMisfit(checked: CheckedTarget): void {
  const options = fitOptions(checked);
  const { guide } = beginRestart(checked.target, 0, options);
  try {
    if (checked.draws) refuseUnscored(guide.distribution);
    else toldAs('fitTarget: batch', flagNamed('batch'), () => targetProblem(checked.target, guide, options));
  } finally {
    for (const variable of Object.values(guide.variables)) variable.dispose();
  }
}
