// The help of `flowvae train my.ts --help`, and of `data` and `target`: the settings of the module's own.
import type { Definition } from '../../definition/own-module.ts';
import { settingLines } from '../../definition/own-settings.ts';
import { readExperimentDefinition } from '../../definition/read-experiment.ts';
import { readDefinition } from '../../definition/read-module.ts';
import { targetKind } from '../../target/own-target.ts';
import type { Note } from './help-layout.ts';
import type { ModuleInHelp } from './module-in-help.ts';

const readers: Readonly<Record<ModuleInHelp['command'], (module: string) => Promise<Definition>>> = {
  train: readExperimentDefinition,
  sweep: readExperimentDefinition,
  data: readExperimentDefinition,
  target: (module) => readDefinition(targetKind, module),
};

/** The settings of a module as a note below the options. @throws ExpectationError if it cannot be read */
export async function moduleNotes({ command, module }: ModuleInHelp): Promise<readonly Note[]> {
  const { settings = {} } = await readers[command](module);
  const lines = settingLines(settings);
  if (lines.length === 0) return [`${module} has no settings of its own.`];
  return [
    {
      title: `Settings of ${module}:`,
      items: Object.fromEntries(lines.map(({ name, help }) => [`--set ${name}=…`, help])),
    },
  ];
}
