// `flowvae density`: a run of the built-in experiment `density`, whose settings are options here.
import { refuseNoRun } from '@flowvae/runs/plain';
import { ExpectationError } from '@flowvae/tensor/plain';
import { flagNamed } from '../../config/setting/setting.ts';
import { storedExperiment } from '../../definition/read-experiment.ts';
import { densitySettings } from '../../density/density-settings.ts';
import { type TrainFlags, trainCommand } from './train.ts';

/** The name of the experiment. */
const DENSITY = 'density';

export async function densityCommand(flags: TrainFlags): Promise<void> {
  const { own, others } = divided(flags);
  const { resume, replay } = flags;
  const begun = resume ?? (replay as string | undefined);
  if (begun === undefined) return trainCommand(DENSITY, { ...others, set: own });
  refuseOtherKind(begun);
  const surplus = Object.keys(own)[0];
  if (surplus === undefined) return trainCommand(undefined, others);
  const beside = resume === undefined ? '--replay' : '--resume';
  throw new ExpectationError({ where: flagNamed(surplus), expected: `none beside ${beside}`, received: own[surplus]! });
}

/** The experiment's own settings as texts, and all other flags. */
function divided(flags: TrainFlags): { readonly own: Readonly<Record<string, string>>; readonly others: TrainFlags } {
  const isOwn = (name: string) => Object.hasOwn(densitySettings, name);
  const part = (wanted: boolean) => Object.entries(flags).filter(([name]) => isOwn(name) === wanted);
  return {
    own: Object.fromEntries(part(true).map(([name, value]) => [name, String(value)])),
    others: Object.fromEntries(part(false)) as TrainFlags,
  };
}

/** @throws ExpectationError for a run that is no density's */
function refuseOtherKind(run: string): void {
  refuseNoRun(run, 'begun');
  if (storedExperiment(run)?.builtIn === DENSITY) return;
  throw new ExpectationError({
    where: run,
    expected: 'a run of flowvae density',
    received: 'one of another command',
    remedy: 'flowvae train --resume takes runs of train, flowvae target --resume those of target',
  });
}
