// The layout of --help pages: at most 100 columns, descriptions in one column, long terms on lines of their own.
import { type Command, Help, type HelpConfiguration } from 'commander';

/** Wider lines are hard to read. */
const WIDEST = 100;

/** Width of the first column; a longer term stands on a line of its own, above its description. */
const WIDEST_TERM = 27;

/** The width of a page; the widest if the output is no terminal. */
export const helpWidth = ({ columns }: { readonly columns?: number }): number => Math.min(columns || WIDEST, WIDEST);

/** The layout, for commander. */
export const helpLayout: HelpConfiguration = {
  padWidth: (command, helper) => Math.min(WIDEST_TERM, Help.prototype.padWidth.call(helper, command, helper)),
  formatItem(term, termWidth, description, helper) {
    const item = (each: string) => Help.prototype.formatItem.call(helper, each, termWidth, description, helper);
    if (description === '' || helper.displayWidth(term) <= termWidth) return item(term);
    return `  ${term}\n${item('')}`;
  },
};

/** A part of the text behind the options: a paragraph, or a list of terms with descriptions. */
export type Note = string | { readonly title: string; readonly items: Readonly<Record<string, string>> };

/** Puts notes behind the options of a command, wrapped to the page. */
export function addNotes(command: Command, notes: readonly Note[]): Command {
  return command.addHelpText('after', () => {
    const helper = command.createHelp();
    helper.prepareContext({ helpWidth: helpWidth(process.stdout) });
    const laidOut = (note: Note) => {
      if (typeof note === 'string') return helper.boxWrap(note, helper.helpWidth!);
      const items = Object.entries(note.items);
      const termWidth = Math.min(WIDEST_TERM, Math.max(...items.map(([term]) => term.length)));
      return [
        helper.boxWrap(note.title, helper.helpWidth!),
        ...items.map(([term, text]) => helper.formatItem(term, termWidth, text, helper)),
      ].join('\n');
    };
    return `\n${notes.map(laidOut).join('\n\n')}`;
  });
}
