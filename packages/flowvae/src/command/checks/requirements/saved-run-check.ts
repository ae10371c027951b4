// Checks common to all commands for a run, before a tensor library is loaded.
import { type CheckpointChoice, refuseNoCheckpoint, refuseNoRun } from '@flowvae/runs/plain';
import { dataCounts, MOVED_REMEDY } from '../../../config/data-check.ts';
import type { TrainConfig } from '../../../config/settings.ts';
import { type RunSettings, runSettings } from '../../../config/stored-config.ts';
import { type ExperimentFlags, experimentOfRun } from '../../../definition/read-experiment.ts';
import type { Vocabulary } from '../../../plugins/vocabulary.ts';
import { type PluginFlags, vocabularyOfRun } from '../../plugin-options.ts';
import { tell } from './notices.ts';

/** A command's requirements on a run. */
interface Wanted extends ExperimentFlags, PluginFlags {
  /** Settings that the command changes. */
  readonly changes?: Partial<TrainConfig>;
  /** The wanted checkpoint; the run may then be unfinished. Default: a finished run. */
  readonly checkpoint?: CheckpointChoice | undefined;
  /** Whether the command reads the run's images. Default false. */
  readonly readsImages?: boolean;
}

/** A usable run, as far as its config and the headers of its data show. */
interface CheckedRun {
  readonly settings: RunSettings;
  /** Number of the data's test images; undefined if the command reads none. */
  readonly testImages: number | undefined;
}

/**
 * @throws ExpectationError for a missing run, a damaged config, a changed or missing module, a missing checkpoint, or
 * missing images
 */
export async function checkRun(run: string, wanted: Wanted = {}): Promise<CheckedRun> {
  const { changes = {}, checkpoint, readsImages = false, plugin, ...flags } = wanted;
  refuseNoRun(run, checkpoint ? 'begun' : 'finished');
  const own = await experimentOfRun(run, { ...flags, onNotice: (notice) => tell([notice]) });
  const vocabulary = await vocabularyOfRun(run, { plugin, changedModel: flags.changedModel });
  const settings = runSettings(run, changes, { own, vocabulary });
  if (checkpoint) refuseNoCheckpoint(run, checkpoint);
  return {
    settings,
    testImages: readsImages ? countsOf(settings, vocabulary)?.test : undefined,
  };
}

const countsOf = ({ config }: RunSettings, { readers }: Vocabulary) =>
  dataCounts(config, { remedy: MOVED_REMEDY, isForModel: true, readers });
