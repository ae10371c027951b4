// The options of `flowvae sample`.
import { ExpectationError } from '@flowvae/tensor/plain';
import { type Command, Option } from 'commander';
import { sampleCommand } from '../checks/sample.ts';
import { addModuleOptions, addSettings, number, numbered } from '../options.ts';

/** Gives the command `sample` its options. */
export function addSampleOptions(sample: Command): void {
  addModuleOptions(addSettings(sample, ['engine', 'threads', 'data']))
    .argument('<run>', 'folder of a finished run')
    .addOption(numbered('count', 'images, or rows, to draw', 100))
    .addOption(numbered('seed', 'decides the draws', 0, 0))
    .option(
      '--out <file>',
      'file to write: a picture (.png), or values (.npy, .safetensors; .csv of rows) (default: figures/samples-seed<seed>.png in the run folder; beside another --temperature than 1 samples-seed<seed>-temperature<t>.png)',
    )
    .option(
      '--label <value>',
      'of a conditional model: a class or a number, <name>=<value>,… of several covariates, or all: every class in turn (default: classes by their shares in the training data)',
    )
    .option('--draws', 'draws x ~ p(x|z) of images, not their means E[x|z]; of rows there are draws only')
    .addOption(number('temperature', 'factor on the noise of the prior, such as 0.7 (default: 1, the model itself)'))
    .addOption(betweenOption())
    .option('--json', 'print one JSON object on stdout instead of the path')
    .action(sampleCommand);
}

const betweenOption = (): Option =>
  new Option(
    '--between <i,j>',
    'in place of draws: --count images, or rows, from test datum i to test datum j through the latent',
  ).argParser((text) => {
    const found = /^(\d+),(\d+)$/.exec(text);
    if (found) return [Number(found[1]), Number(found[2])];
    const expected = 'two numbers of test data, counted from 0, such as 3,8';
    throw new ExpectationError({ where: '--between', expected, received: `'${text}'` });
  });
