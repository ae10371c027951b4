// A tf.layers model as a network: names, starts by key, moving statistics, and dropout whose noise is an argument.
import { drawNormal, drawUniform, key } from '@flowvae/random';
import { type LayersModel, layers, type Tensor2D, tf } from '@flowvae/tensor';
import { type Mlp, network } from '@flowvae/vae';
import { afterAll, describe, expect, it } from 'vitest';
import { differences } from '../laws/comparison.ts';
import { compiled, eager, shaped } from '../laws/evaluation.ts';

const { layers: make } = layers;
const made: Mlp[] = [];
afterAll(() => tf.dispose(made.map(({ variables }) => ({ ...variables }))));
const kept = (one: Mlp): Mlp => {
  made.push(one);
  return one;
};

const pictures = () =>
  layers.sequential({
    layers: [
      make.conv2d({ filters: 2, kernelSize: 3, activation: 'relu', inputShape: [4, 5, 1] }),
      make.batchNormalization(),
      make.conv2dTranspose({ filters: 1, kernelSize: 2, name: 'spread' }),
      make.flatten(),
      make.dense({ units: 3, name: 'features' }),
      make.dense({ units: 2 }),
    ],
  });

const names = [
  '1-conv2d/kernel',
  '1-conv2d/bias',
  '2-batch-normalization/gamma',
  '2-batch-normalization/beta',
  '2-batch-normalization/moving_mean',
  '2-batch-normalization/moving_variance',
  'spread/kernel',
  'spread/bias',
  'features/kernel',
  'features/bias',
  '6-dense/kernel',
  '6-dense/bias',
];

const values = ({ variables }: Mlp) => Object.entries(variables).map(([name, v]) => [name, ...v.dataSync()]);

describe('variables', () => {
  it('are called by place and class, or by the name that the user gave, however many models came before', () => {
    const paths = () => Object.keys(kept(network(pictures(), { key: key(1) })).variables);
    expect(paths()).toEqual(names);
    layers.sequential({ layers: [make.dense({ units: 2, inputShape: [3] }), make.dense({ units: 2 })] });
    expect(paths()).toEqual(names);
  });

  it('of a functional model too, with models and wrapped layers inside', () => {
    const inner = layers.sequential({ layers: [make.dense({ units: 4, inputShape: [3] }), make.dense({ units: 3 })] });
    const input = layers.input({ shape: [6] });
    const series = make.reshape({ targetShape: [2, 3] }).apply(input) as ReturnType<typeof layers.input>;
    const seen = make.timeDistributed({ layer: make.dense({ units: 3 }) as never }).apply(series) as typeof series;
    const both = make.bidirectional({
      layer: make.simpleRNN({ units: 2, recurrentInitializer: 'glorotNormal', name: 'reader' }) as never,
      mergeMode: 'concat',
    });
    const last = make.dense({ units: 3 }).apply(both.apply(seen)) as typeof series;
    const model = layers.model({ inputs: input, outputs: inner.apply(last) as typeof series });
    expect(Object.keys(kept(network(model, { key: key(1) })).variables)).toEqual([
      '2-time-distributed/dense/kernel',
      '2-time-distributed/dense/bias',
      '3-bidirectional/forward/kernel',
      '3-bidirectional/forward/recurrent_kernel',
      '3-bidirectional/forward/bias',
      '3-bidirectional/backward/kernel',
      '3-bidirectional/backward/recurrent_kernel',
      '3-bidirectional/backward/bias',
      '4-dense/kernel',
      '4-dense/bias',
      '5-sequential/1-dense/kernel',
      '5-sequential/1-dense/bias',
      '5-sequential/2-dense/kernel',
      '5-sequential/2-dense/bias',
    ]);
  });

  it('say which of them the optimiser leaves alone', () => {
    const { variables } = kept(network(pictures(), { key: key(1) }));
    const fixed = Object.entries(variables).filter(([, { trainable }]) => !trainable);
    expect(fixed.map(([name]) => name)).toEqual(names.slice(4, 6));
  });
});

describe('initial weights', () => {
  it('follow from the key, not from the model’s own draws', () => {
    const [first, second, other] = [key(2), key(2), key(3)].map((each) => kept(network(pictures(), { key: each })));
    expect(values(first!)).toEqual(values(second!));
    expect(values(first!)).not.toEqual(values(other!));
  });

  it('are kept where the caller asks for it', () => {
    const model = pictures();
    const before = model.layers.flatMap((layer) => layer.getWeights().map((weight) => [...weight.dataSync()]));
    expect(values(kept(network(model, { keepWeights: true }))).map(([, ...numbers]) => numbers)).toEqual(before);
  });

  const size = 4000;
  const moments = (numbers: ArrayLike<number>) => {
    const list = Array.from(numbers);
    const mean = list.reduce((sum, x) => sum + x, 0) / list.length;
    return {
      mean,
      deviation: Math.sqrt(list.reduce((sum, x) => sum + (x - mean) ** 2, 0) / list.length),
      most: Math.max(...list.map(Math.abs)),
    };
  };
  /** A normal without its tails beyond two deviations has this one. */
  const TRUNCATED = 0.87962566;

  it.each([
    ['glorotUniform', Math.sqrt(2 / (size + 10)), Math.sqrt(6 / (size + 10))],
    ['heNormal', TRUNCATED * Math.sqrt(2 / size), 2 * Math.sqrt(2 / size)],
    ['leCunUniform', Math.sqrt(1 / size), Math.sqrt(3 / size)],
    [layers.initializers.randomUniform({ minval: -2, maxval: 4 }), Math.sqrt(3), 4],
    [layers.initializers.randomNormal({ mean: 1, stddev: 0.5 }), 0.5, 4],
    [layers.initializers.truncatedNormal({ mean: 1, stddev: 0.5 }), TRUNCATED * 0.5, 2],
  ] as const)(
    'have the deviation and the reach of the distribution that the layer names: %#',
    (kernelInitializer, deviation, reach) => {
      const model = layers.sequential({
        layers: [make.dense({ units: 10, inputShape: [size], kernelInitializer: kernelInitializer as 'heNormal' })],
      });
      const { variables } = kept(network(model, { key: key(4) }));
      const found = moments(variables['1-dense/kernel']!.dataSync());
      expect(Math.abs(found.deviation / deviation - 1)).toBeLessThan(0.02); // 40,000 draws: 6 standard errors
      expect(found.most).toBeLessThanOrEqual(reach * (1 + 1e-6));
      expect([...variables['1-dense/bias']!.dataSync()].every((x) => x === 0)).toBe(true);
    },
  );

  it('start by one distribution for all kernels where the caller names it: torch, biases too', () => {
    const { variables } = kept(network(pictures(), { key: key(6), initialisation: 'torch' }));
    const largest = (name: string) => moments(variables[name]!.dataSync()).most;
    expect(largest('1-conv2d/kernel')).toBeGreaterThan(0.2); // of 1/3
    expect(largest('1-conv2d/bias')).toBeGreaterThan(0);
    expect(largest('1-conv2d/kernel')).toBeLessThanOrEqual(1 / 3);
    expect([...variables['2-batch-normalization/gamma']!.dataSync()]).toEqual([1, 1]);
  });

  it('of an initialiser that is not known are refused, with the way out', () => {
    class Odd extends layers.layers.Layer {
      static readonly className = 'Odd';
      override build() {
        this.addWeight('slope', [1], 'float32', layers.initializers.ones());
        this.built = true;
      }
      override call(inputs: never) {
        return inputs;
      }
    }
    const model = layers.sequential({ layers: [make.dense({ units: 1, inputShape: [1] }), new Odd({})] });
    expect(() => network(model, { key: key(1) })).toThrowError(
      /^network: 2-odd\/slope: expected an initialiser among .*, got none in a field of the layer; pass \{ keepWeights: true \}/,
    );
  });
});

it('a network reads rows as the model’s input and gives rows', async () => {
  const model = layers.sequential({
    layers: [make.upSampling2d({ size: [2, 1], inputShape: [2, 3, 1] }), make.maxPooling2d({ poolSize: 1 })],
  });
  const each = network(model, { key: key(1) });
  expect(each.outputWidth).toBe(12);
  const x = { x: shaped([1, 2, 3, 4, 5, 6], [1, 6]) };
  const fn = ({ x: rows }: Record<string, unknown>) => ({ y: each.apply(rows as Tensor2D) });
  const expected = [1, 2, 3, 1, 2, 3, 4, 5, 6, 4, 5, 6];
  expect([...eager(fn, x).y!]).toEqual(expected);
  expect([...(await compiled(fn, x)).y!]).toEqual(expected);
});

it('a network of several inputs, or of an open size, is refused', () => {
  const [a, b] = [layers.input({ shape: [2] }), layers.input({ shape: [3] })];
  const joined = make.concatenate().apply([a, b]) as typeof a;
  expect(() => network(layers.model({ inputs: [a, b], outputs: joined }), { key: key(1) })).toThrowError(
    'network: inputs: expected one, all of its sizes known but the batch, got [2] and [3]; build the model with an inputShape',
  );
  const open = layers.sequential({
    layers: [make.conv2d({ filters: 1, kernelSize: 1, inputShape: [null, 2, 1] as never })],
  });
  expect(() => network(open, { key: key(1) })).toThrowError('network: inputs: expected one, all of its sizes known');
});

describe('batch normalisation', () => {
  const width = 3;
  const normalised = () =>
    kept(
      network(layers.sequential({ layers: [make.batchNormalization({ momentum: 0.9, inputShape: [width] })] }), {
        key: key(1),
      }),
    );
  const rows = Float32Array.from(drawNormal(key(7), 5 * width), (x, i) => 2 * x + (i % width));
  const column = (i: number) => Array.from({ length: 5 }, (_, row) => rows[row * width + i]!);
  const means = [0, 1, 2].map((i) => column(i).reduce((sum, x) => sum + x, 0) / 5);
  const variances = [0, 1, 2].map((i) => column(i).reduce((sum, x) => sum + (x - means[i]!) ** 2, 0) / 5);

  it('takes the moments of the batch in training and moves its statistics, against float64', () => {
    const each = normalised();
    const y = tf.tidy(() => each.apply(tf.tensor2d(rows, [5, width]), { isTraining: true }).dataSync());
    const expected = Array.from(rows, (x, i) => (x - means[i % width]!) / Math.sqrt(variances[i % width]! + 1e-3));
    expect(differences('y', y, expected, 1e-5)).toEqual([]);
    const moved = (name: string) => each.variables[`1-batch-normalization/${name}`]!.dataSync();
    expect(
      differences(
        'mean',
        moved('moving_mean'),
        means.map((mean) => 0.1 * mean),
        1e-6,
      ),
    ).toEqual([]);
    expect(
      differences(
        'variance',
        moved('moving_variance'),
        variances.map((v) => 0.9 + 0.1 * v),
        1e-6,
      ),
    ).toEqual([]);
  });

  it('takes the moving statistics in evaluation, and changes nothing', () => {
    const each = normalised();
    const before = values(each);
    const y = tf.tidy(() => each.apply(tf.tensor2d(rows, [5, width])).dataSync());
    expect(
      differences(
        'y',
        y,
        Array.from(rows, (x) => x / Math.sqrt(1 + 1e-3)),
        1e-6,
      ),
    ).toEqual([]);
    expect(values(each)).toEqual(before);
  });
});

describe('dropout', () => {
  const dropped = (model: LayersModel) => kept(network(model, { key: key(1) }));
  const simple = () => dropped(layers.sequential({ layers: [make.dropout({ rate: 0.25, inputShape: [4] })] }));
  const [x, u] = [drawNormal(key(8), 12), drawUniform(key(9), 12)];
  const inputs = { x: shaped(x, [3, 4]), noise: shaped(u, [3, 4]) };
  const expected = Array.from(x, (value, i) => (u[i]! >= 0.25 ? value / 0.75 : 0));

  it('drops where its uniform number is below the rate, eager and compiled', async () => {
    const each = simple();
    expect(each.noiseWidth).toBe(4);
    const fn = ({ x: rows, noise }: Record<string, unknown>) => ({
      y: each.apply(rows as Tensor2D, { isTraining: true, noise: noise as Tensor2D }),
    });
    expect(expected.filter((value) => value === 0).length).toBeGreaterThan(0);
    expect(differences('eager', eager(fn, inputs).y!, expected, 1e-6)).toEqual([]);
    expect(differences('compiled', (await compiled(fn, inputs)).y!, expected, 1e-6)).toEqual([]);
  });

  it('drops nothing in evaluation, and the model’s own call shows again afterwards', () => {
    const each = simple();
    const y = tf.tidy(() => each.apply(tf.tensor2d(x, [3, 4])).dataSync());
    expect([...y]).toEqual([...x]);
    expect(Object.hasOwn(each.model.layers[0]!, 'call')).toBe(false);
  });

  it('shares a number where the noise’s shape says so, and takes other columns for each layer', () => {
    const each = dropped(
      layers.sequential({
        layers: [
          make.dropout({ rate: 0.5, noiseShape: [null as never, 1, 2], inputShape: [2, 2] }),
          make.dropout({ rate: 0.5 }),
        ],
      }),
    );
    expect(each.noiseWidth).toBe(2 + 4);
    const noise = tf.tensor2d([[0.9, 0.1, 0.6, 0.6, 0.1, 0.6]]);
    const y = tf.tidy(() => each.apply(tf.ones([1, 4]), { isTraining: true, noise }).dataSync());
    expect([...y]).toEqual([4, 0, 0, 0]);
    noise.dispose();
  });

  it('refuses training without noise, noise of another width, one noise for all rows, and other random layers', () => {
    const each = simple();
    const training = (noise?: Tensor2D) => tf.tidy(() => each.apply(tf.ones([3, 4]), { isTraining: true, noise }));
    expect(() => training()).toThrowError(
      'network: dropout: expected noise of [3, 4] uniform numbers in training, got none; pass { isTraining: true, noise }',
    );
    expect(() => training(tf.ones([3, 5]))).toThrowError('got [3,5]');
    const shared = () =>
      dropped(layers.sequential({ layers: [make.dropout({ rate: 0.5, noiseShape: [1, 4], inputShape: [4] })] }));
    expect(shared).toThrowError(
      'network: dropout: expected noise of its own for each row: noiseShape: [null, …], got noiseShape: [1, …]',
    );
    const other = layers.sequential({ layers: [make.gaussianNoise({ stddev: 1, inputShape: [4], name: 'jitter' })] });
    expect(() => dropped(other)).toThrowError(
      'network: layer jitter: expected dropout as the only random layer, got GaussianNoise; take layers.dropout, whose noise is an argument',
    );
  });
});
