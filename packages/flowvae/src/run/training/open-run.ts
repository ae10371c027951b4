// The durable run of an experiment: its record in config.json, new or resumed.
import type { DataDescription } from '@flowvae/datasets';
import { beginRun, type DurableRun, type ProgressLine, RunFolder, resumeRun } from '@flowvae/runs';
import { vocabularyOfSettings } from '../../config/checked-settings.ts';
import { unrecordedSettings } from '../../config/settings.ts';
import { settingsThatMayDiffer, storedData } from '../../config/stored-config.ts';
import { type OwnRecord, recordOf } from '../../definition/own-module.ts';
import { storedExperiment } from '../../definition/read-experiment.ts';
import type { ModuleRecord } from '../../modules/module-files.ts';
import { storedPlugins } from '../../plugins/run-plugins.ts';
import { hyperparametersOf } from '../../records/hyperparameters.ts';
import type { Experiment, Training } from '../experiment.ts';
import { refuseOtherData } from '../saved-run.ts';
import { versions } from '../versions.ts';
import type { DurableOptions } from './durable-options.ts';

/** Begins the run of an experiment in its folder, or takes it up. @throws ExpectationError where it cannot go on */
export async function openDurableRun(
  parts: Experiment,
  { position }: Training,
  line: ProgressLine,
  options: DurableOptions,
): Promise<DurableRun> {
  const {
    out,
    resume = false,
    allowDifferentMachine = false,
    checkpointEvery,
    checkpointSeconds,
    keepCheckpoints,
  } = options;
  const dataSha256 = parts.set.checksum();
  const data = resume ? dataOfRun(out, parts) : parts.config.data;
  const dataSet = describedIn(parts, resume ? out : undefined);
  const modules = moduleRecords(parts, resume ? out : undefined);
  const config = { ...parts.config, data, ...(dataSha256 === undefined ? {} : { dataSha256 }), ...dataSet, ...modules };
  const schedule = { checkpointEvery, checkpointSeconds, keepCheckpoints };
  const onNotice = (notice: string) => line.notice(notice);
  const under = await versions(parts.config.engine);
  const hyperparameters = { ...hyperparametersOf(config), ...layersOf(parts) };
  const common = { ...schedule, config, hyperparameters, position, versions: under, onNotice };
  if (!resume) return beginRun(out, common);
  const mayDiffer = settingsThatMayDiffer(allowDifferentMachine);
  // with one thread the setting has no effect
  const sharing = config.threads === 1 ? { threadsShare: under.threadsShare } : {};
  const unrecorded = { config: unrecordedSettings, versions: sharing };
  return resumeRun(out, { ...common, mayDiffer, unrecorded, allowDifferentMachine });
}

/** The number of the flow's layers; a model of the user's module has none that is known. */
const layersOf = ({ plan: { own, flowLayers } }: Experiment) => (own?.definition.model ? {} : { K: flowLayers });

/** The user's modules as config.json records them. */
interface ModuleRecords {
  readonly experiment?: OwnRecord;
  readonly plugins?: readonly ModuleRecord[];
}

/** The records of experiment and plug-ins; a resumed run keeps its own. Tables that a program made have none. */
function moduleRecords({ plan }: Experiment, resumed: string | undefined): ModuleRecords {
  const run = resumed === undefined ? undefined : RunFolder.claimed(resumed).path;
  const experiment = run === undefined ? plan.own && recordOf(plan.own) : storedExperiment(run);
  const { plugins: used } = vocabularyOfSettings(plan);
  const plugins = run === undefined ? used.flatMap(({ record }) => record ?? []) : storedPlugins(run);
  return { ...(experiment ? { experiment } : {}), ...(plugins.length > 0 ? { plugins } : {}) };
}

/** The description in config.json; a run of an early version goes on without one. */
function describedIn({ data }: Experiment, run: string | undefined): { readonly dataSet?: DataDescription } {
  const isEarly = run !== undefined && !storedData(RunFolder.claimed(run).path).description;
  return isEarly ? {} : { dataSet: data };
}

/** The same data may have moved: the run keeps its own name for them. @throws ExpectationError for other data */
function dataOfRun(run: string, parts: Experiment): string {
  const stored = storedData(RunFolder.claimed(run).path);
  refuseOtherData(parts, stored);
  return stored.dataSha256 === undefined ? parts.config.data : stored.data;
}
