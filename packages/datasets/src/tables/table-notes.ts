// Decisions about the columns of a table, one sentence each.
import type { ColumnKind } from './column-kind.ts';
import type { ColumnSurvey } from './column-survey.ts';

export interface NotedColumn {
  readonly name: string;
  readonly survey: ColumnSurvey;
  readonly kind: ColumnKind;
}

/** The sentences about one column that is a value. */
export function notesOf({ name, survey, kind }: NotedColumn): string[] {
  const column = `Column "${name}"`;
  if (kind.kind === 'empty') return [`${column} is left out: it holds no value.`];
  return [
    kind.kind === 'categorical' ? categoricalNote(column, survey, kind.classes) : '',
    survey.missing > 0
      ? `${column} lacks ${survey.missing} of ${survey.missing + survey.present} values, the first (${JSON.stringify(survey.firstMissing!.text)}) in line ${survey.firstMissing!.line}.`
      : '',
    kind.kind === 'numeric' && survey.countsRows && survey.present > 2
      ? `${column} counts the rows: leave it out by \`leaveOut\` if it is only their number.`
      : '',
    survey.values?.size === 1 ? `${column} holds one value only, ${JSON.stringify([...survey.values][0])}.` : '',
    kind.kind === 'numeric' && survey.firstRounded
      ? `${column} is rounded to float32: ${survey.firstRounded.text} in line ${survey.firstRounded.line} becomes ${Math.fround(Number(survey.firstRounded.text))}.`
      : '',
  ].filter((note) => note !== '');
}

function categoricalNote(column: string, { numbers, present, firstText }: ColumnSurvey, classes: readonly string[]) {
  const doubt =
    numbers > 0
      ? `; ${numbers} of ${present} values are numbers, but not ${JSON.stringify(firstText!.text)} in line ${firstText!.line}`
      : '';
  return `${column} is categorical, with ${classes.length} ${classes.length === 1 ? 'class' : 'classes'}${doubt}.`;
}
