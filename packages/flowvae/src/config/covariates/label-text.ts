// The text that names covariates of samples: a class, a number, or name=value for each. Loads no tensor library.
import type { Covariate } from '@flowvae/datasets/plain';
import { didYouMean, ExpectationError } from '@flowvae/tensor/plain';

/** The covariates of samples. */
export type LabelChoice =
  /** Drawn for each sample by the shares of classes in the training rows. */
  | { readonly kind: 'shares' }
  /** The same columns [W] for all samples. */
  | { readonly kind: 'given'; readonly columns: Float32Array; readonly text: string }
  /** As many samples of each class, one class after the other. */
  | { readonly kind: 'each' }
  /** Those of data: columns [n, W], used again from the first on where there are more samples. */
  | { readonly kind: 'rows'; readonly columns: Float32Array };

const WHERE = '--label';

/** The word for every class. */
const EVERY = 'all';

const MOST_LISTED = 12;

/**
 * Reads the text: `3`, `red`, `0.5`, `y=red,age=40`, or `all` for every class of the only covariate.
 *
 * @throws ExpectationError for a covariate without a value, an unknown class, or a text that is no number
 */
export function readLabel(text: string, covariates: readonly Covariate[]): LabelChoice {
  if (covariates.length === 0) {
    throw new ExpectationError({
      where: WHERE,
      expected: 'no label: the model of the run has no --condition',
      received: `'${text}'`,
    });
  }
  if (text === EVERY && !covariates.some(({ classes }) => classes.includes(EVERY))) return everyClass(covariates);
  const [only] = covariates;
  const isBare = covariates.length === 1 && !text.startsWith(`${only!.name}=`);
  const values = new Map(isBare ? [[only!.name, text]] : text.split(',').map(nameAndValue));
  const surplus = [...values.keys()].find((name) => !covariates.some((each) => each.name === name));
  const missing = covariates.find(({ name }) => !values.has(name));
  if (surplus !== undefined || missing) {
    const expected = covariates.map(({ name }) => `${name}=<value>`).join(',');
    throw new ExpectationError({ where: WHERE, expected, received: `'${text}'` });
  }
  const columns = covariates.flatMap((covariate) => columnsOf(covariate, values.get(covariate.name)!));
  return { kind: 'given', columns: Float32Array.from(columns), text: isBare ? `${only!.name}=${text}` : text };
}

function nameAndValue(part: string): [string, string] {
  const at = part.indexOf('=');
  return at < 0 ? [part, ''] : [part.slice(0, at).trim(), part.slice(at + 1).trim()];
}

function everyClass(covariates: readonly Covariate[]): LabelChoice {
  if (hasClasses(covariates)) return { kind: 'each' };
  throw new ExpectationError({
    where: WHERE,
    expected: `${EVERY} beside a condition that is one class`,
    received: `the condition ${covariates.map(({ name }) => name).join(', ')}`,
  });
}

/** Whether the condition is a single class. */
export const hasClasses = (covariates: readonly Covariate[]): boolean =>
  covariates.length === 1 && covariates[0]!.kind === 'category';

/** The columns of a value. */
function columnsOf({ name, kind, width, classes }: Covariate, text: string): number[] {
  const where = `${WHERE} ${name}`;
  if (kind === 'category') {
    const place = classes.indexOf(text);
    if (place >= 0) return classes.map((_, i) => Number(i === place));
    const listed = `${classes.slice(0, MOST_LISTED).join(', ')}${classes.length > MOST_LISTED ? ', …' : ''}`;
    const remedy = didYouMean(text, classes);
    throw new ExpectationError({ where, expected: `one of the classes ${listed}`, received: `'${text}'`, remedy });
  }
  const numbers = text.split(/[\s;]+/).map((each) => (each === '' ? Number.NaN : Number(each)));
  const isFine = numbers.length === width && numbers.every((value) => Number.isFinite(Math.fround(value)));
  if (isFine && (kind === 'number' || numbers[0] === 0 || numbers[0] === 1)) return numbers;
  const expected = kind === 'bit' ? '0 or 1' : width === 1 ? 'a number' : `${width} numbers with spaces between them`;
  throw new ExpectationError({ where, expected, received: `'${text}'` });
}
