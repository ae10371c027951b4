// What every command for a run refuses before it loads a tensor library.
import { refuseNoRun } from '@flowvae/runs/plain';
import { MOVED_REMEDY, testImages } from '../../config/data-check.ts';
import type { TrainConfig } from '../../config/settings.ts';
import { type RunSettings, runSettings } from '../../config/stored-config.ts';

/** What a command wants of a run. */
interface Wanted {
  /** Settings that the command changes. */
  readonly changes?: Partial<TrainConfig>;
  /** Whether a run will do that still goes on. Default false. */
  readonly isBegunEnough?: boolean;
  /** Whether the command reads the run's images. Default false. */
  readonly readsImages?: boolean;
}

/** A run that can be used, as far as its config and the headers of its data show. */
interface CheckedRun {
  readonly settings: RunSettings;
  /** Test images of its data; undefined where the command reads none. */
  readonly testImages: number | undefined;
}

/** @throws ExpectationError where there is no such run, its config is damaged, or its images are not there */
export function checkRun(
  run: string,
  { changes = {}, isBegunEnough = false, readsImages = false }: Wanted = {},
): CheckedRun {
  refuseNoRun(run, isBegunEnough ? 'begun' : 'finished');
  const settings = runSettings(run, changes);
  return { settings, testImages: readsImages ? testImages(settings.config, MOVED_REMEDY) : undefined };
}
