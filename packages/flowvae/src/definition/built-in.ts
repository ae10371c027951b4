// Experiments that are part of flowvae, by name. Their definitions load a tensor library, so they are imported late.
import type { SettingTable } from '../config/setting/setting.ts';
import { densitySettings } from '../density/density-settings.ts';
import type { ExperimentDefinition } from './experiment-definition.ts';

const makers = {
  density: async () => (await import('../density/density-experiment.ts')).densityExperiment,
} as const satisfies Readonly<Record<string, () => Promise<ExperimentDefinition>>>;

const tables = { density: densitySettings } as const satisfies Readonly<Record<keyof typeof makers, SettingTable>>;

/** The name of a built-in experiment. */
type BuiltInName = keyof typeof makers;

/** Whether a text names a built-in experiment; a file of this name is `./density`. */
export const isBuiltIn = (name: string): name is BuiltInName => Object.hasOwn(makers, name);

/** The names of the settings of a built-in experiment; loads no tensor library. */
export const builtInSettings = (name: BuiltInName): readonly string[] => Object.keys(tables[name]);

/** The definition of a built-in experiment. */
export const builtInExperiment = (name: BuiltInName): Promise<ExperimentDefinition> => makers[name]();

/** The name of a definition that is built in; undefined for any other. */
export async function builtInNameOf(definition: ExperimentDefinition): Promise<BuiltInName | undefined> {
  const names = Object.keys(makers) as BuiltInName[];
  for (const name of names) if ((await makers[name]()) === definition) return name;
  return undefined;
}
