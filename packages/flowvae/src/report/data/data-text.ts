// The facts about data as text for people, and the settings that a run on them would take.
import { formWords } from '../../config/likelihood-data.ts';
import type { TrainConfig } from '../../config/settings.ts';
import { counted, grouped } from '../counted.ts';
import { binarisationIn } from '../picture-parts.ts';
import { columnTable } from './column-table.ts';
import type { DataFacts } from './data-facts.ts';
import type { LabelFacts } from './label-facts.ts';
import { inLines, labelled, percent, readable, shortList } from './text-layout.ts';

/** The settings that follow the data. */
export type ChosenSettings = Pick<TrainConfig, 'likelihood' | 'binarize' | 'standardize'>;

/** The choices of a run on the data. */
export interface ChosenRun extends ChosenSettings {
  /** The model of a module, in words; absent: the likelihood describes the model. */
  readonly model?: string | undefined;
}

/** The facts, in lines of at most 100 columns; only paths and words without a space may be wider. */
export function describeFacts(facts: DataFacts, chosen: ChosenRun): string {
  const { name, kind, rows, missing, columns, labels, notes, sha256 } = facts;
  const { all, train, validation, test } = rows;
  const parts = `${grouped(train)} for training, ${grouped(validation)} for validation, ${grouped(test)} for the test`;
  const table = columns ? columnTable(columns) : [];
  return [
    labelled('data', inLines(`${name}: ${kind.join(', ')}`)),
    labelled('a datum', [datumWords(facts)]),
    labelled('rows', inLines(`${grouped(all)}: ${parts}`)),
    labelled(
      'values',
      inLines(`${formWords[facts.form]}, ${facts.range.map(readable).join(' to ')}${countWords(facts)}`),
    ),
    labelled('missing', [missingWords(missing)]),
    ...(table.length > 0 ? [labelled('columns', table)] : []),
    labelled('labels', labels ? labelLines(labels) : ['none']),
    labelled(
      'notes',
      notes.flatMap((note) => inLines(note)),
    ),
    labelled('SHA-256', [sha256 ?? 'those of the original files, which were checked']),
    labelled('a run', inLines(`would take ${chosenWords(chosen)}`)),
  ].join('\n');
}

/** `32 x 32 x 3 image`, `row of 12 columns`. */
function datumWords({ shape, columns }: DataFacts): string {
  const [height, width, channels] = shape;
  if (columns) return `row of ${counted(columns.length, 'column')}`;
  return channels === 1 ? `${height} x ${width} grey image` : `${height} x ${width} x ${channels} image`;
}

/** Levels and bits have likelihoods of their own. */
const countWords = ({ areCounts, form }: DataFacts): string =>
  areCounts && (form === 'real' || form === 'grey')
    ? '; all whole: likelihoods of counts fit, such as negative-binomial'
    : '';

const missingWords = ({ count, of }: DataFacts['missing']): string =>
  count === 0 ? 'none' : `${grouped(count)} of ${grouped(of)} (${percent(count, of)})`;

function labelLines({ name, shape, classes }: LabelFacts): string[] {
  const named = name === undefined ? '' : `${name}: `;
  const width = shape.reduce((product, size) => product * size, 1);
  if (!classes) return [`${named}${counted(width, 'number')} for each row`];
  const each = classes.map((one) => `${one.name} (${grouped(one.count)})`);
  const begin = `${named}${classes.length} ${classes.length === 1 ? 'class' : 'classes'}:`;
  return inLines([begin, ...shortList(each, MOST_CLASSES)]);
}

/** Classes in the text; JSON has all of them. */
const MOST_CLASSES = 50;

const standardisations: Readonly<Record<TrainConfig['standardize'], string>> = {
  auto: '',
  no: 'no standardisation',
  columns: 'each column standardised',
  all: 'all values standardised together',
};

function chosenWords({ likelihood, binarize, standardize, model }: ChosenRun): string {
  const binarised = binarisationIn({ binarize }) || ', no binarisation';
  return `${model ?? `likelihood ${likelihood}`}${binarised}, ${standardisations[standardize]}`;
}
