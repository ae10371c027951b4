// The section about single data: histograms of their estimates, and the worst ones.
import type { Experiment } from '../../run/experiment.ts';
import type { Diagnostics } from '../diagnostics.ts';
import { perImageFigures } from '../report-figures.ts';
import { worstTable } from '../worst-table.ts';
import { lossWords } from './loss-words.ts';
import type { Section } from './section.ts';

/** Estimates of single data. */
export type Estimates = Pick<Diagnostics, 'estimates' | 'evaluation' | 'noun'>;

export const perDatum = (parts: Experiment, estimates: Estimates): Section => ({
  title: estimates.noun === 'image' ? 'Image by image' : 'Row by row',
  text: [
    'k̂ is the shape of the tail of the importance weights; an effective sample size near 1 means that one sample decides the estimate.',
  ],
  figures: perImageFigures(estimates, lossWords(parts.model, estimates.noun)),
  tables: [worstTable(parts, estimates, lossWords(parts.model, estimates.noun))],
});
