// The options of `flowvae score`.
import type { Command } from 'commander';
import { readingSettings } from '../../config/data-options.ts';
import { FEWEST_SAMPLES } from '../../run/scoring/score-samples.ts';
import { scoreCommand } from '../checks/score.ts';
import { addNotes, type Note } from '../help/help-layout.ts';
import { addModuleOptions, addSettings, checkpointOption, JSON_HELP, splitOption, wholeNumber } from '../options.ts';

const notes: readonly Note[] = [
  `Each row gets log p(x) in nats by importance samples (at least ${FEWEST_SAMPLES} unless --eval-samples says otherwise), its standard error, ` +
    'k̂ of the weights (above min(1 − 1/log10 S, 0.7), 0.41 for 50 samples, the estimate cannot be trusted), the ELBO and the effective sample size. ' +
    'A density of levels fills each level with noise, which makes the weights; that of numbers is exact.',
];

/** Gives the command `score` its options. */
export function addScoreOptions(score: Command): void {
  addModuleOptions(addSettings(score, ['evalSamples', 'binarize', 'engine', 'threads', ...readingSettings]))
    .argument('<run>', 'folder of a finished run')
    .requiredOption(
      '--out <file>',
      'file to write, .csv or .npy: row, logP, standardError, kHat, elbo and effectiveSampleSize',
    )
    .addOption(splitOption())
    .addOption(wholeNumber('images', 'images, or rows, to score, from the first on (default: all)'))
    .addOption(checkpointOption())
    .option('--json', JSON_HELP)
    .action(scoreCommand);
  addNotes(score, notes);
}
