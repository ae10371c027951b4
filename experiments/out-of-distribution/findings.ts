// The result as tables and sentences, all from its numbers.
import type { Estimate } from '../flow-vs-vae/estimates.ts';
import { updateResultPage } from '../flow-vs-vae/result-page.ts';
import { markdownTable } from '../markdown-table.ts';
import type { ScoredModel } from './scored-model.ts';
import { otherThan, type SetName, setTitles } from './sets.ts';

/** The result of the experiment. */
export interface Findings {
  readonly minutes: number;
  readonly threads: number;
  readonly models: readonly ScoredModel[];
}

/** Differences of fewer standard errors are none. */
const ERRORS = 2;

/** log p of the other data set beside that of the model's own, by the area under the curve. */
export function verdictOf({ value, error }: Estimate): 'lower' | 'higher' | 'no difference' {
  if (value - 0.5 > ERRORS * error) return 'lower';
  return 0.5 - value > ERRORS * error ? 'higher' : 'no difference';
}

const withError = ({ value, error }: Estimate, digits: number) => `${value.toFixed(digits)} ± ${error.toFixed(digits)}`;
const nameOf = ({ title, trainedOn }: ScoredModel) => `${title} of ${setTitles[trainedOn]}`;

/** Tables of the scores and of their reliability, and a sentence on the rule. */
export function findingsText({ models, minutes, threads }: Findings): string {
  const scores = models.map((model) => {
    const bits = (name: SetName) => withError(model.sets[name].bitsPerDimension, 3);
    return [nameOf(model), bits('mnist'), bits('fashion'), withError(model.auroc, 3), verdictOf(model.auroc)];
  });
  const reliability = models.flatMap((model) =>
    [model.trainedOn, otherThan(model.trainedOn)].map((name) => {
      const { samples, effectiveSampleSize, paretoKAboveThreshold: above, sampleError, images } = model.sets[name];
      const tails = above === null ? '–' : `${(100 * above).toFixed(1)} %`;
      const error = sampleError.toFixed(2);
      const cells = [images, samples, effectiveSampleSize.toFixed(1), tails, error].map(String);
      return [nameOf(model), setTitles[name], ...cells];
    }),
  );
  const trainings = models.map((model) => {
    const { steps, seconds } = model.training;
    return [nameOf(model), steps.toLocaleString('en-GB'), seconds.toFixed(0)];
  });
  return [
    `${sentencesOn(models)}\n`,
    markdownTable(['model', 'bits/dim of MNIST', 'of Fashion-MNIST', 'AUROC', 'log p of the other set'], scores),
    `Trained for ${minutes.toFixed(minutes < 1 ? 2 : 0)} minutes each on ${threads} threads. Scores of single images:\n`,
    markdownTable(['model', 'scored', 'images', 'samples', 'effective', 'k too high', 'error, nats'], reliability),
    markdownTable(['training', 'steps', 's'], trainings),
  ].join('\n');
}

/** The models to which the other data are more likely, and those to which they are not. */
function sentencesOn(models: readonly ScoredModel[]): string {
  const those = (verdict: ReturnType<typeof verdictOf>) =>
    models.filter((model) => verdictOf(model.auroc) === verdict).map(nameOf);
  const parts = [
    ['The other data set has the higher log p', those('higher')],
    ['Low log p is a sign of the other data set', those('lower')],
    ['No difference is seen', those('no difference')],
  ] as const;
  const words = parts.flatMap(([text, names]) => (names.length > 0 ? [`${text}: ${names.join(', ')}.`] : []));
  return words.join(' ');
}

/** Brings the page up to date with the committed result; @returns the pages that differed. */
export const updateFindings = ({ write }: { readonly write: boolean }): string[] =>
  updateResultPage<Findings>({
    name: 'out-of-distribution',
    text: findingsText,
    figure: 'Histograms of log p of both data sets under four models',
    write,
  });
