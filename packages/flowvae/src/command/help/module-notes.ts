// The help of `flowvae train my.ts --help`: the settings of the module's own.
import { settingLines } from '../../definition/own-settings.ts';
import { readDefinition } from '../../definition/read-experiment.ts';
import type { Note } from './help-layout.ts';

/** The settings of a module as a note below the options. @throws ExpectationError if it cannot be read */
export async function moduleNotes(module: string): Promise<readonly Note[]> {
  const { settings = {} } = await readDefinition(module);
  const lines = settingLines(settings);
  if (lines.length === 0) return [`${module} has no settings of its own.`];
  return [
    {
      title: `Settings of ${module}:`,
      items: Object.fromEntries(lines.map(({ name, help }) => [`--set ${name}=…`, help])),
    },
  ];
}
