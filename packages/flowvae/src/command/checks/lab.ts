// `flowvae lab`: the checks before the page is served or written.
import { ExpectationError } from '@flowvae/tensor/plain';
import type { ExperimentFlags } from '../../definition/read-experiment.ts';
import type { PluginFlags } from '../plugin-options.ts';
import type { LabTask } from '../tasks.ts';
import { checkOutputPage } from './requirements/output-page.ts';
import { checkRun } from './requirements/saved-run-check.ts';

/** Options of `lab`. */
interface LabFlags extends Omit<LabTask, 'run'>, ExperimentFlags, PluginFlags {}

/** Options that only a served page takes. */
const SERVED = ['port', 'open'] as const;

export async function labCommand(
  run: string | undefined,
  { model, changedModel, plugin, ...flags }: LabFlags,
): Promise<void> {
  if (flags.out !== undefined) {
    refuseBesideOut(flags);
    checkOutputPage(flags.out);
  }
  const settings =
    run === undefined ? undefined : (await checkRun(run, { model, changedModel, plugin, readsImages: true })).settings;
  const { labAction } = await import('../lab/lab-action.ts');
  await labAction({ ...flags, ...(run !== undefined && settings ? { run: { path: run, settings } } : {}) });
}

/** @throws ExpectationError for an option that would have no effect */
function refuseBesideOut({ port, open }: LabFlags): void {
  const idle = { port: port === undefined ? undefined : String(port), open: open ? undefined : 'no' };
  for (const name of SERVED) {
    if (idle[name] === undefined) continue;
    const where = name === 'open' ? '--no-open' : `--${name}`;
    throw new ExpectationError({ where, expected: 'none beside --out, which serves nothing', received: idle[name] });
  }
}
