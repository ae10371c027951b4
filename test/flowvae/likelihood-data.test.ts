// Likelihoods by their names: the data that each is for, its own variables, and bits per pixel of those of levels.
import { completeConfig, likelihoods, type TrainConfig, trainRun } from 'flowvae';
import { describe, expect, it } from 'vitest';
import { freshPath, tinyData, tinySettings } from './tiny-run.ts';
import { untrainedModel } from './untrained-model.ts';

const data = tinyData();
const config = (changes: Partial<TrainConfig>) =>
  completeConfig({ ...tinySettings, hidden: [...tinySettings.hidden], steps: 4, data, ...changes });
const names = [...likelihoods.map(({ name }) => name), 'gaussian(0.1)'];
const formOf = (name: string) => likelihoods.find((each) => each.name === name)?.data ?? 'grey';
const binarizeOf = (name: string) => (formOf(name) === 'bits' ? 'dynamic' : 'none');

describe.each(names)('%s', (likelihood) => {
  const binarize = binarizeOf(likelihood);

  it('has the variables that its name leaves open', () => {
    const { variables } = untrainedModel({ likelihood, binarize }).model;
    const own = Object.keys(variables).filter((path) => path.startsWith('likelihood/'));
    expect(own).toEqual(likelihood === 'gaussian' ? ['likelihood/logStd'] : []);
  });

  it('refuses data of another form, and names the option to pass', () => {
    const other = binarize === 'none' ? 'static' : 'none';
    const [wanted, remedy] =
      binarize === 'none'
        ? ['none', /; pass --binarize none, or --likelihood bernoulli$/]
        : [
            'dynamic, static or threshold',
            /; pass --binarize dynamic, or --likelihood continuous-bernoulli, gaussian, .*$/,
          ];
    const attempt = () => config({ likelihood, binarize: other });
    expect(attempt).toThrow(`--binarize: expected ${wanted}, for the likelihood ${likelihood} is one of `);
    expect(attempt).toThrow(remedy);
    expect(() => completeConfig({ likelihood, binarize: other }, 'a.json')).toThrow('a.json: binarize: expected ');
  });
});

it.each(names.filter((name) => formOf(name) === 'levels'))(
  '%s, rows shared between threads, has bits per pixel',
  async (likelihood) => {
    const settings = config({ likelihood, binarize: 'none', threads: 2 });
    const { report } = await trainRun(settings, { out: freshPath() });
    expect(report).toMatchObject({ steps: 4, engine: 'compiled' });
    expect(report.testBitsPerDimension).toBeCloseTo(report.testNll! / (30 * Math.log(2)), 9);
  },
);

it('a name that is none is refused before anything is made', () => {
  expect(() => config({ likelihood: 'poisson' })).toThrow(/^likelihood 'poisson': expected one of bernoulli, /);
});

it('columns are refused for images, which have no columns of several kinds', () => {
  for (const binarize of ['none', 'dynamic'] as const) {
    expect(() => config({ likelihood: 'columns', binarize })).toThrow(
      /^--likelihood: expected a likelihood of images, got columns, one of the columns of a table; pass --likelihood /,
    );
  }
});
