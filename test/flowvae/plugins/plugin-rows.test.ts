// The rows of plug-ins: each wrong field is named, and settings in memory take the tables.
import {
  affine,
  completeConfig,
  experiment,
  key,
  mixturePrior,
  type NetworkPairOptions,
  type OwnFlowRow,
  type OwnPriorRow,
  openRun,
  type PriorChoice,
  type PriorPlace,
  parseLikelihood,
  perceptrons,
  planOf,
  readSettings,
  trainRun,
} from 'flowvae';
import { describe, expect, it } from 'vitest';
import { type Plugin, pluginOf } from '../../../packages/flowvae/src/plugins/plugin.ts';
import { builtIn, vocabularyOf } from '../../../packages/flowvae/src/plugins/vocabulary.ts';
import { freshPath, tinyData, tinySettings } from '../tiny-run.ts';

const make = () => 1;
const flow = (row: object) => ({ flows: { mine: row } });

describe('a plug-in', () => {
  it.each<[string, Readonly<Record<string, unknown>>, string]>([
    [
      'no table',
      { flow: {}, count: 3 },
      'plug-in x: expected a module that exports one of flows, likelihoods, priors, objectives, networks, readers, got one that exports flow, count; did you mean flows?',
    ],
    [
      'an unknown field',
      flow({ make, arg: [] }),
      'flows: mine: arg: expected one of make, args, fewest, hasInverse, image, got an unknown field; did you mean args?',
    ],
    ['no object', { flows: [1] }, 'plug-in x: flows: expected an object of rows by their names, got object'],
    [
      'no row',
      { flows: { mine: 3 } },
      'flows: mine: expected an object with make, args, fewest, hasInverse, image, got 3',
    ],
    ['no make', flow({}), 'flows: mine: make: expected a function, got nothing'],
    [
      'a name with capitals',
      { flows: { Mine: { make } } },
      "flows: expected a name of lower-case letters and digits, joined by hyphens, got 'Mine'",
    ],
    ['a narrow bound', flow({ make, fewest: 0 }), 'flows: mine: fewest: expected a whole number from 1, got 0'],
    [
      'an inverse that is claimed',
      flow({ make, hasInverse: true }),
      'hasInverse: expected false, or nothing, got true',
    ],
    ['arguments in no list', flow({ make, args: {} }), 'mine: args: expected a list, got an object with no fields'],
    [
      'an argument without bounds',
      flow({
        make,
        args: [
          { name: 'a', fallback: 1, from: 0, to: 2 },
          { name: 'b', fallback: 1, from: 0 },
        ],
      }),
      'flows: mine: args[1]: to: expected a number, or a function of the width, got nothing',
    ],
    [
      'a form of data',
      { likelihoods: { mine: { make, data: 'words' } } },
      'likelihoods: mine: data: expected one of bits, grey, ',
    ],
    [
      'a gradient',
      { objectives: { mine: { make, gradients: ['stl', 'pth'] } } },
      'gradients[1]: expected one of path, stl, dreg, got "pth"',
    ],
    [
      'a need',
      { objectives: { mine: { make, gradients: [], needs: 'all' } } },
      'needs: expected one of scorable, factorised, got "all"',
    ],
    [
      'a reader that reads nothing',
      { readers: { mine: { make } } },
      'readers: mine: reads: expected a function, got nothing',
    ],
  ])('with %s is refused by the field', (_, exports, text) => {
    expect(() => pluginOf('x', exports)).toThrow(text);
  });

  it.each([
    ['flows', 'none', { make }],
    ['flows', 'vamp', { make }],
    ['priors', 'none', { make }],
    ['priors', 'mixture', { make }],
    ['priors', 'realnvp', { make }],
    ['likelihoods', 'auto', { make, data: 'bits' }],
    ['objectives', 'elbo', { make, gradients: ['path'] }],
    ['networks', 'mlp', { make, summary: 'x' }],
    ['readers', 'mnist', { make, reads: make }],
  ])('with a row of %s named %s is refused', (table, name, row) => {
    const plugin = pluginOf('x', { [table]: { [name]: row } });
    expect(() => vocabularyOf([plugin])).toThrow(`plug-in x: ${table}: ${name}: expected a name of its own`);
  });

  it('with a name of another is refused', () => {
    const [first, second] = ['x', 'y'].map((name) => pluginOf(name, flow({ make }))) as [Plugin, Plugin];
    const text = 'plug-in y: flows: mine: expected a name of its own, got that of plug-in x';
    expect(() => vocabularyOf([first, second])).toThrow(text);
  });

  it('with a prior of the name of a flow of another is refused', () => {
    const plugins = [pluginOf('x', { priors: { mine: { make } } }), pluginOf('y', flow({ make }))];
    const text = 'plug-in x: priors: mine: expected a name of its own, got that of a flow of plug-in y';
    expect(() => vocabularyOf(plugins)).toThrow(text);
  });

  it('leaves the built-in names as they are', () => {
    const before = JSON.stringify(Object.keys(builtIn.flows));
    expect(Object.keys(vocabularyOf([pluginOf('x', flow({ make }))]).flows).at(-1)).toBe('mine');
    expect(JSON.stringify(Object.keys(builtIn.flows))).toBe(before);
  });
});

describe('readSettings', () => {
  const row: OwnFlowRow = {
    args: [{ name: 'copies', fallback: 2, from: 1, to: (dim) => dim }],
    fewest: 2,
    make: ({ dim, args, place }) => ({ ...affine(dim), name: `mine[${place}] of ${args.copies}` }),
  };
  const settings = (flow: string, latent = 4) =>
    readSettings({ flow, latent, amortize: 'base' }, { plugins: [{ flows: { mine: row } }] });

  it('takes tables in memory: arguments, counts and places as for the built-in rows', () => {
    expect(planOf(settings('planar*2-mine(3)*2-mine')).flow?.name).toBe(
      'planar*2-mine[2] of 3-mine[3] of 3-mine[4] of 2',
    );
  });

  it.each([
    ['mine(5)', 4, "copies from 1 to 4, got '5' at character 6"],
    ['mine', 1, '--latent: expected 2 or more beside --flow mine, got 1'],
    ['mien', 4, 'did you mean mine?'],
  ])('refuses %s at width %i', (flow, latent, text) => {
    expect(() => settings(flow, latent)).toThrow(text);
  });

  it('takes a prior, which a run trains, keeps and finds again', async () => {
    const prior: OwnPriorRow = {
      argument: { name: 'parts', from: 1, to: 9 },
      make: ({ latent, count, key }) => mixturePrior({ latent, components: count, key }),
    };
    const plugins = [{ priors: { 'my-mixture': prior } }];
    const given = { ...tinySettings, data: tinyData(), prior: 'my-mixture(3)' };
    const out = freshPath();
    await trainRun(readSettings(given, { plugins }), { out });
    const { parts } = await openRun(out, {}, { plugins });
    expect(parts.model.variables['prior/mean']?.shape).toEqual([3, 2]);
    const built = await experiment(completeConfig({ ...given, prior: 'mixture(3)' }));
    expect(Object.keys(parts.model.variables)).toEqual(Object.keys(built.model.variables));
    await expect(openRun(out)).rejects.toThrow("flow formula 'my-mixture(3)'"); // the run has no module of it
  });

  it.each([
    ['my-mixture(10)', "prior 'my-mixture(10)': expected my-mixture(parts) with a whole number from 1 to 9, got '10'"],
    ['my-mixture', 'expected my-mixture(parts) with a whole number from 1 to 9, got no number'],
    ['my-mixtrue(3)', 'did you mean my-mixture?'],
    ['plain(2)', "prior 'plain(2)': expected plain, which takes no argument, got '2'"],
  ])('refuses the prior %s', (prior, text) => {
    const rows = { 'my-mixture': { make, argument: { name: 'parts', from: 1, to: 9 } }, plain: { make } };
    const plugins = [{ priors: rows as unknown as Readonly<Record<string, OwnPriorRow>> }];
    expect(() => readSettings({ prior }, { plugins })).toThrow(text);
  });

  it('takes networks by --architecture, which are made as the built-in ones', async () => {
    const seen: NetworkPairOptions[] = [];
    const make = (options: NetworkPairOptions) => {
      seen.push(options);
      return perceptrons(options);
    };
    const fixed = { hidden: [6], activation: 'tanh', initialisation: 'torch', scale: 'logStd' } as const;
    const plugins = [{ networks: { mine: { summary: 'one tanh layer', fixed, make } } }];
    const settings = readSettings({ architecture: 'mine', latent: 2, flow: 'planar' }, { plugins });
    const { networks } = planOf(settings).networks;
    const shape = [2, 2, 1];
    const { encoder } = networks!({ shape, inputWidth: 4, latent: 2, outputs: { perValue: 1 }, ...fixed, key: key(0) });
    expect([seen.length, seen[0]!.hidden, encoder.outputWidth]).toEqual([1, [6], 6]);
    expect(() => readSettings({ architecture: 'mien' }, { plugins })).toThrow(
      /expected one of mlp, .*, mine, got .*did you mean mine\?/,
    );
    expect(() => readSettings({ architecture: 'mine', hidden: [3] }, { plugins })).toThrow(
      '--hidden: expected no value of its own beside --architecture mine',
    );
    expect(() => readSettings({ architecture: 'mine' })).toThrow('--architecture: expected one of mlp, ');
  });

  it('refuses values that a make should not give', () => {
    const plan = (given: Readonly<Record<string, unknown>>, tables: object) => () =>
      planOf(readSettings(given, { plugins: [tables] }));
    const empty = () => ({});
    expect(plan({ flow: 'mine' }, { flows: { mine: { make: () => undefined } } })).toThrow(
      'flow mine: make: expected a flow, with name (string), got nothing',
    );
    expect(plan({ likelihood: 'mine' }, { likelihoods: { mine: { data: 'bits', make: empty } } })).toThrow(
      'likelihood mine: make: expected a likelihood, with outputsPerPixel (a whole number from 1), start (function) and at ' +
        '(function), got outputsPerPixel undefined, start undefined, at undefined',
    );
    const { prior } = plan({ prior: 'mine' }, { priors: { mine: { make: empty } } })();
    expect(() => (prior as PriorChoice).make({ latent: 2 } as PriorPlace)).toThrow(
      'prior mine: make: expected a prior, with variables (object) and distribution (sampleAndLogProb and logProb), got ' +
        'variables undefined, sampleAndLogProb undefined, logProb undefined',
    );
    const made = plan({ architecture: 'mine' }, { networks: { mine: { summary: 'x', make: empty } } })().networks;
    expect(() => made.networks!({} as NetworkPairOptions)).toThrow(
      'network mine: make: expected encoder and decoder, each a network, with apply (function), got encoder.apply ' +
        'undefined, decoder.apply undefined',
    );
    expect(plan({ objective: 'mine' }, { objectives: { mine: { gradients: ['path'], make: empty } } })).toThrow(
      'objective mine: make: expected an objective, with schedules (object), draws (a whole number from 1) and bound ' +
        '(function), got schedules undefined, draws undefined, bound undefined',
    );
  });

  it('refuses a start of a likelihood with another number of outputs', () => {
    const made = { ...parseLikelihood('gaussian'), start: () => ({ bias: new Float32Array(3), params: {} }) };
    const settings = readSettings(
      { likelihood: 'mine', binarize: 'none' },
      { plugins: [{ likelihoods: { mine: { data: 'levels', make: () => made } } }] },
    );
    expect(() => planOf(settings).likelihood.start(new Float32Array(784))).toThrow(
      'likelihood mine: start: expected a bias of 784 numbers, one for each decoder output, got 3',
    );
  });

  it('refuses a prior of a row without inverse, and a flow that lacks the promised one', () => {
    const { inverse: _, ...forward } = affine(2);
    const plugins = (hasInverse?: false) => [
      { flows: { mine: { make: () => forward, ...(hasInverse === false && { hasInverse }) } } },
    ];
    const given = { latent: 2, prior: 'mine' };
    expect(() => readSettings(given, { plugins: plugins(false) })).toThrow('expected flows that have an inverse');
    expect(() => planOf(readSettings(given, { plugins: plugins() }))).toThrow(
      'flow mine: make: expected a flow with an inverse, got one without; give the row hasInverse: false',
    );
    const other = { latent: 3, flow: 'mine' };
    expect(() => planOf(readSettings(other, { plugins: plugins(false) }))).toThrow(
      'flow mine: make: expected a flow of 3 dimensions, got one of 2',
    );
  });
});
