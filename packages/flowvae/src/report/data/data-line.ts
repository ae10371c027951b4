// One line about the data of a run, as it begins.
import { type DataSet, widthOfDatum } from '@flowvae/datasets';
import { fallbacks, type TrainConfig } from '../../config/settings.ts';
import { counted, grouped, nounOf } from '../counted.ts';
import { binarisationIn } from '../picture-parts.ts';
import { missingFacts, rowCounts } from './data-facts.ts';
import type { ChosenSettings } from './data-text.ts';
import { percent } from './text-layout.ts';

/**
 * @param model the model in words, unless the likelihood says enough
 * @example `data        flowers.csv: 1,500 rows of 4 columns (1,200 / 150 / 150), 3.1 % missing; likelihood columns,
 * standardised`
 */
export function dataLine(
  set: DataSet,
  { likelihood, binarize, standardize, batch }: ChosenSettings & Pick<TrainConfig, 'batch'>,
  model?: string,
): string {
  const { name, description } = set;
  const { all, train, validation, test } = rowCounts(set);
  const missing = missingFacts(set);
  const [height, width, channels] = description.shape;
  const noun = nounOf(description);
  const columns = description.columns?.length ?? widthOfDatum(description);
  const datum =
    noun === 'row' ? counted(columns, 'column') : `${height} x ${width}${channels === 1 ? '' : ` x ${channels}`}`;
  const settings = `${model ?? `likelihood ${likelihood}`}${binarisationIn({ binarize })}${standardize === 'no' ? '' : ', standardised'}`;
  const whole = batch === train && batch < fallbacks.batch ? `; batches of all ${batch} training rows` : '';
  const rows = `${grouped(all)} ${noun}${all === 1 ? '' : 's'} of ${datum}`;
  const splits = [train, validation, test].map(grouped).join(' / ');
  const holes = missing.count > 0 ? `, ${percent(missing.count, missing.of)} missing` : '';
  return `data        ${name}: ${rows} (${splits})${holes}; ${settings}${whole}`;
}
