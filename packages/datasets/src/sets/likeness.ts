// Whether data fit a model that was trained on other data.
import { ExpectationError } from '@flowvae/tensor/plain';
import { lookAt } from '../sources/look.ts';
import type { StoredArray } from '../stored/stored-array.ts';
import type { Survey } from '../values/value-forms.ts';
import type { DataDescription, ValueForm } from './data-set.ts';

/** Forms of values that are also of this form. */
const within: Readonly<Record<ValueForm, readonly ValueForm[]>> = {
  bits: ['bits'],
  levels: ['levels', 'bits'],
  grey: ['grey', 'levels', 'bits'],
  real: ['real', 'grey', 'levels', 'bits'],
  counts: ['counts'],
  columns: ['columns', 'real', 'grey', 'levels', 'bits'],
};

/** Other data by the text that names them, and the survey of their values. */
interface OtherData {
  readonly text: string;
  readonly x: StoredArray;
  readonly found: Survey;
}

/**
 * The survey of values as values of a model's form.
 *
 * @throws ExpectationError where shape, form or missing values are not those of the model
 */
export function likeModel(like: DataDescription, { text, x, found }: OtherData): Survey {
  const { shape, type } = x;
  const refuse = (expected: string, received: string) => {
    const [where, remedy] = [`data ${text}`, lookAt(text)];
    throw new ExpectationError({ where, expected: `${expected}, as the model was trained on`, received, remedy });
  };
  const [wanted, own] = [like.shape.join(' x '), shape.slice(1).join(' x ')];
  if (own !== wanted) refuse(`rows of ${wanted} numbers`, own);
  if (!within[like.form].includes(found.form)) refuse(`values of the form ${like.form}`, found.form);
  if (found.missing > 0 && !like.hasMissing) refuse('data without missing values', `${found.missing} missing ones`);
  if (like.form === 'real' || like.form === 'columns') return { ...found, form: 'real', divisor: 1, notes: [] };
  const isWhole = /^[ui]/.test(type);
  if (like.form === 'levels' && found.form === 'bits') return { ...found, form: 'levels', divisor: isWhole ? 255 : 1 };
  return like.form === 'grey' ? { ...found, form: 'grey', notes: [] } : found;
}
