// Likelihoods by their names: the data that each is for, its own variables, and bits per pixel of those of levels.
import { completeConfig, experiment, likelihoods, planOf, type TrainConfig, trainRun, type ValueForm } from 'flowvae';
import { describe, expect, it } from 'vitest';
import { freshPath, tinyData, tinySettings } from './tiny-run.ts';
import { untrainedModel } from './untrained-model.ts';

const data = tinyData();
const config = (changes: Partial<TrainConfig>) =>
  completeConfig({ ...tinySettings, hidden: [...tinySettings.hidden], steps: 4, data, ...changes });
/** Images are no counts, which count-tables.test.ts looks at. */
const names = [...likelihoods.filter(({ data: form }) => form !== 'counts').map(({ name }) => name), 'gaussian(0.1)'];
const ownVariables: Readonly<Record<string, readonly string[]>> = {
  gaussian: ['logStd'],
  'student-t': ['logScale', 'logDof'],
  laplace: ['logScale'],
};
const formOf = (name: string) => likelihoods.find((each) => each.name === name)?.data ?? 'grey';
const binarizeOf = (name: string) => (formOf(name) === 'bits' ? 'dynamic' : 'none');

describe.each(names)('%s', (likelihood) => {
  const binarize = binarizeOf(likelihood);

  it('has the variables that its name leaves open', () => {
    const { variables } = untrainedModel({ likelihood, binarize }).model;
    const own = Object.keys(variables).filter((path) => path.startsWith('likelihood/'));
    expect(own).toEqual((ownVariables[likelihood] ?? []).map((name) => `likelihood/${name}`));
  });

  it('refuses data of another form, and names the option to pass', async () => {
    const other = binarize === 'none' ? 'static' : 'none';
    const [wanted, remedy] =
      binarize === 'none'
        ? ['none', /; pass --binarize none, or --likelihood bernoulli$/]
        : [
            'dynamic, static or threshold',
            /; pass --binarize dynamic, or --likelihood continuous-bernoulli, gaussian, .*$/,
          ];
    const attempt = async () => experiment(config({ likelihood, binarize: other }));
    await expect(attempt).rejects.toThrow(
      `--binarize: expected ${wanted}, for the likelihood ${likelihood} is one of `,
    );
    await expect(attempt).rejects.toThrow(remedy);
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
  expect(() => config({ likelihood: 'geometric' })).toThrow(/^likelihood 'geometric': expected one of bernoulli, /);
});

it('columns are refused for images, which have no columns of several kinds', async () => {
  for (const [binarize, wanted] of [
    [
      'none',
      'continuous-bernoulli, gaussian, logit-normal, categorical, logistic-mixture, student-t or laplace, for the data are the 256',
    ],
    ['dynamic', 'bernoulli, for the data are bits'],
  ] as const) {
    await expect(async () => experiment(config({ likelihood: 'columns', binarize }))).rejects.toThrow(
      `--likelihood: expected ${wanted}`,
    );
  }
});

describe('settings that follow the data', () => {
  const chosen = (changes: Partial<TrainConfig>, form: ValueForm, shape: readonly number[] = [5]) => {
    const plan = planOf(completeConfig({ data: 'somewhere.npy', ...changes }), {
      shape,
      form,
      hasMissing: false,
      columns,
    });
    const { likelihood, binarize, standardize } = plan.config;
    return [likelihood, binarize, standardize];
  };
  const columns = [
    ...[0, 1, 2, 3].map((at) => ({ name: `a${at}`, kind: 'number' as const, at, width: 1, classes: [] })),
    { name: 'b', kind: 'bit' as const, at: 4, width: 1, classes: [] },
  ];

  it.each([
    ['bits', [5], ['bernoulli', 'none', 'no']],
    ['levels', [5, 1, 1], ['logistic-mixture', 'none', 'no']],
    ['grey', [5], ['gaussian', 'none', 'columns']],
    ['grey', [5, 1, 1], ['gaussian', 'none', 'no']],
    ['real', [5], ['gaussian', 'none', 'columns']],
    ['real', [5, 1, 1], ['gaussian', 'none', 'all']],
    ['columns', [5], ['columns', 'none', 'columns']],
  ] as const)('are those of %s of shape %j', (form, shape, expected) => {
    expect(chosen({}, form, shape)).toEqual(expected);
  });

  it('numbers from 0 to 1 become bits where it is asked, and bits without it are refused with how', () => {
    expect(chosen({ binarize: 'static', binarizeSeed: 3 }, 'grey')).toEqual(['bernoulli', 'static', 'no']);
    expect(() => chosen({ likelihood: 'bernoulli' }, 'grey')).toThrow(
      '--binarize: expected dynamic, static or threshold, for the likelihood bernoulli is one of bits, got none; pass --binarize dynamic, or --likelihood',
    );
    expect(() => chosen({ binarize: 'static' }, 'real')).toThrow('--binarize: expected none, for the data are numbers');
    expect(() => completeConfig({ binarize: 'dynamic', binarizeSeed: 3 })).toThrow(
      '--binarize-seed: expected --binarize static beside it, got 3',
    );
  });

  it('bytes that are no MNIST are not binarised unless asked', () => {
    expect(chosen({}, 'levels', [28, 28, 1])).toEqual(['logistic-mixture', 'none', 'no']);
    expect(chosen({ binarize: 'static' }, 'levels', [28, 28, 1])).toEqual(['bernoulli', 'static', 'no']);
    const { likelihood, binarize } = completeConfig({});
    expect([likelihood, binarize]).toEqual(['bernoulli', 'dynamic']); // of MNIST
    expect(completeConfig({ likelihood: 'gaussian' }).binarize).toBe('none');
  });

  it.each([
    [
      'bernoulli',
      'real',
      '--likelihood: expected gaussian, student-t, laplace or columns, for the data are numbers, got bernoulli, one of bits',
    ],
    ['gaussian', 'bits', '--likelihood: expected bernoulli, for the data are bits, got gaussian, one of numbers'],
    [
      'logit-normal',
      'real',
      '--likelihood: expected gaussian, student-t, laplace or columns, for the data are numbers',
    ],
    [
      'categorical',
      'grey',
      '--likelihood: expected continuous-bernoulli, gaussian, logit-normal, student-t, laplace or columns, for the data are numbers',
    ],
  ] as const)('%s of %s is refused with the likelihoods that fit', (likelihood, form, text) => {
    expect(() => chosen({ likelihood }, form)).toThrow(text);
  });

  it('binarisation of numbers, and standardisation of bits, are refused', () => {
    expect(() => chosen({ binarize: 'dynamic' }, 'real')).toThrow(
      /^--binarize: expected none, for the data are numbers, got dynamic; pass --binarize none, or leave it out$/,
    );
    expect(chosen({ likelihood: 'gaussian', standardize: 'all' }, 'levels')).toEqual(['gaussian', 'none', 'all']);
    expect(chosen({ likelihood: 'columns' }, 'grey')).toEqual(['columns', 'none', 'columns']);
    expect(() => chosen({ standardize: 'columns' }, 'bits')).toThrow(
      /^--standardize: expected no beside the likelihood bernoulli/,
    );
  });
});
