// Notes about the names of plug-ins, below the options of `train --help --plugin <module>`.
import { type Plugin, tableNames } from '../../plugins/plugin.ts';
import type { Vocabulary } from '../../plugins/vocabulary.ts';
import type { Note } from './help-layout.ts';

/** A list of the plug-ins with their rows; nothing without plug-ins. */
export const pluginNotes = ({ plugins }: Vocabulary): readonly Note[] =>
  plugins.length === 0
    ? []
    : [
        {
          title: 'Plug-ins (--plugin), with the names that they add:',
          items: Object.fromEntries(plugins.map((plugin) => [plugin.name, rowsOf(plugin)])),
        },
      ];

const rowsOf = ({ tables }: Plugin): string =>
  tableNames
    .filter((table) => tables[table])
    .map((table) => `${table} ${Object.entries(tables[table]!).map(usage).join(', ')}`)
    .join('; ');

/** A name with the arguments that its row declares. */
function usage([name, row]: readonly [string, object]): string {
  const { args = [], argument } = row as { args?: readonly { name: string }[]; argument?: { name: string } };
  const names = [...args, ...(argument ? [argument] : [])].map((each) => each.name);
  return names.length > 0 ? `${name}(${names.join()})` : name;
}
