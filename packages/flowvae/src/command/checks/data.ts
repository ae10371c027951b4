// `flowvae data <source>`: the checks before the data are read.
import { readerOf } from '@flowvae/datasets/plain';
import { ExpectationError } from '@flowvae/tensor/plain';
import { dataCounts } from '../../config/data-check.ts';
import { flagOf, type SettingName, type TrainConfig } from '../../config/settings.ts';
import { completeSettings } from '../../config/train-config.ts';
import type { OwnExperiment } from '../../definition/own-experiment.ts';
import { readExperiment } from '../../definition/read-experiment.ts';
import { densityRunSettings } from '../../density/density-settings.ts';
import { endsAsModule } from '../../modules/module-endings.ts';
import type { Vocabulary } from '../../plugins/vocabulary.ts';
import { namedVocabulary, type PluginFlags } from '../plugin-options.ts';
import type { DataTask } from '../tasks.ts';
import { checkEnding, checkOutputFile } from './requirements/output-file.ts';

/** Options of `data`: how the data are read, and the command's own. */
type DataFlags = Partial<TrainConfig> &
  Partial<Pick<DataTask, 'out' | 'json' | 'quiet'>> &
  Pick<PluginFlags, 'plugin'> & { readonly set?: OwnTexts };

/** Values of a module's own settings by name. */
type OwnTexts = Readonly<Record<string, string>>;

export async function dataCommand(source: string, flags: DataFlags): Promise<void> {
  const task = await dataTask(source, flags);
  const { dataAction } = await import('../actions/data.ts');
  await dataAction(task);
}

async function dataTask(source: string, flags: DataFlags): Promise<DataTask> {
  const { out, json = false, quiet = false, plugin, set, ...reading } = flags;
  if (out !== undefined) checkEnding(out, ['.png']);
  checkOutputFile(out ?? 'data.png');
  const vocabulary = await namedVocabulary(plugin);
  const own = await experimentNamed(source, set, vocabulary);
  const given = own ? reading : { ...reading, data: source };
  const settings = completeSettings(given, '', { own, vocabulary });
  dataCounts(settings.config, vocabulary);
  const options = Object.entries(reading).flatMap(([name, value]) => [flagOf(name as SettingName), String(value)]);
  const modules = (plugin ?? []).flatMap((name) => ['--plugin', name]);
  const assignments = Object.entries(set ?? {}).flatMap(([name, value]) => ['--set', `${name}=${value}`]);
  const first = own ? [source, ...assignments] : ['--data', source];
  const common = [...first, ...options];
  const known: readonly string[] = densityRunSettings;
  const isForDensity = !own && modules.length === 0 && Object.keys(reading).every((name) => known.includes(name));
  const words = { trainWords: [...common, ...modules], densityWords: isForDensity ? common : undefined };
  return { named: source, settings, ...words, out, json, quiet };
}

/** The experiment of a module; undefined for data. A plug-in may read files that end as modules do. */
async function experimentNamed(
  source: string,
  set: OwnTexts | undefined,
  { readers }: Vocabulary,
): Promise<OwnExperiment | undefined> {
  if (endsAsModule(source) && !readerOf(source, readers)) return readExperiment(source, set ?? {});
  if (!set) return undefined;
  const expected = 'a module with settings of its own, as in flowvae data my.ts --set depth=3';
  throw new ExpectationError({ where: '--set', expected, received: 'none' });
}
