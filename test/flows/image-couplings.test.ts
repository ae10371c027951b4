// Couplings of pictures against loops over pixels in float64, and their divisions by hand.
import {
  type CheckerboardOptions,
  channelCoupling,
  checkerboardCoupling,
  type Flow,
  type ImageCouplingOptions,
  type ImageShape,
} from '@flowvae/flows';
import { tf } from '@flowvae/tensor';
import { describe, expect, it } from 'vitest';
import { differences } from '../laws/comparison.ts';
import { compiled, eager, type Inputs } from '../laws/evaluation.ts';
import { drawInputs, forwardOf } from '../laws/flow-inputs.ts';
import { logDetIsTheJacobians } from '../laws/flow-laws.ts';

const shape: ImageShape = [3, 4, 3];
const [HEIGHT, WIDTH, CHANNELS] = shape;

/** A number of a picture at row, column and channel; 0 outside. */
type Picture = (row: number, column: number, channel: number) => number;

const elu = (x: number) => (x > 0 ? x : Math.expm1(x));

/** A convolution padded by zeros, as sums over the window. */
function convolution({ kernel, bias }: Inputs, picture: Picture): Picture {
  const [, window, , from, to] = kernel!.shape as [number, number, number, number, number];
  const reach = (window - 1) / 2;
  return (row, column, channel) => {
    let sum = bias!.values[channel]!;
    for (let dy = -reach; dy <= reach; dy++) {
      for (let dx = -reach; dx <= reach; dx++) {
        const [y, x] = [row + dy, column + dx];
        if (y < 0 || y >= HEIGHT || x < 0 || x >= WIDTH) continue;
        for (let c = 0; c < from; c++) {
          const weight = (((dy + reach) * window + dx + reach) * from + c) * to + channel;
          sum += picture(y, x, c) * kernel!.values[weight]!;
        }
      }
    }
    return sum;
  };
}

/** The coupling's network with hidden layers of the given names, plain or residual. */
function network(inputs: Inputs, picture: Picture, residual: boolean): Picture {
  const stage = (name: string, of: Picture) =>
    convolution({ kernel: inputs[`kernel${name}`]!, bias: inputs[`bias${name}`]! }, of);
  const bent =
    (of: Picture): Picture =>
    (...at) =>
      elu(of(...at));
  const first = stage('In', picture);
  const branch = residual ? stage('1b', bent(stage('1a', bent(first)))) : stage('1', bent(first));
  const deep: Picture = residual ? (...at) => first(...at) + branch(...at) : branch;
  return stage('Out', (...at) => Math.tanh(deep(...at)));
}

/** Which numbers stay, the channel of the first one that drives, and the number among the driven ones of a channel. */
interface Division {
  readonly stays: (row: number, column: number, channel: number) => boolean;
  readonly driving: readonly number[];
  readonly driven: readonly number[];
}

/** y and the log-det of the first row, affine. */
function expected(inputs: Inputs, { stays, driving, driven }: Division, residual: boolean) {
  const z: Picture = (row, column, channel) => inputs.z!.values[(row * WIDTH + column) * CHANNELS + channel]!;
  const read: Picture = (row, column, c) => {
    const channel = driving[c]!;
    return stays(row, column, channel) ? z(row, column, channel) : 0;
  };
  const net = network(inputs, read, residual);
  let logDet = 0;
  const y = Array.from({ length: HEIGHT * WIDTH * CHANNELS }, (_, i) => {
    const at = [Math.floor(i / (WIDTH * CHANNELS)), Math.floor(i / CHANNELS) % WIDTH, i % CHANNELS] as const;
    if (stays(...at)) return z(...at);
    const place = driven.indexOf(at[2]);
    const logScale = 2 * Math.tanh(net(at[0], at[1], driven.length + place) / 2);
    logDet += logScale;
    return z(...at) * Math.exp(logScale) + net(at[0], at[1], place);
  });
  return { y, logDet: [logDet] };
}

type Make = (shape: ImageShape, options: CheckerboardOptions) => Flow;

const all = [0, 1, 2];
const isEven = (row: number, column: number) => (row + column) % 2 === 0;

const cases: readonly (readonly [string, Flow, Division, boolean])[] = [
  ['channelCoupling', of(channelCoupling, {}), channels([0, 1], [2]), false],
  ['channelCoupling, swapped', of(channelCoupling, { swap: true }), channels([2], [0, 1]), false],
  ['channelCoupling, residual', of(channelCoupling, { residual: true }), channels([0, 1], [2]), true],
  ['checkerboardCoupling', of(checkerboardCoupling, {}), { stays: isEven, driving: all, driven: all }, false],
  [
    'checkerboardCoupling, swapped',
    of(checkerboardCoupling, { swap: true }),
    { stays: (row, column) => !isEven(row, column), driving: all, driven: all },
    false,
  ],
  [
    'checkerboardCoupling, beside a context',
    of(checkerboardCoupling, { context: 1 }),
    { stays: (row, column, channel) => channel < 1 || isEven(row, column), driving: all, driven: [1, 2] },
    false,
  ],
];

function of(make: Make, options: CheckerboardOptions): Flow {
  return make(shape, { width: 4, ...options });
}

function channels(driving: readonly number[], driven: readonly number[]): Division {
  return { stays: (_, __, channel) => driving.includes(channel), driving, driven };
}

it.each(cases)('%s is that of loops over pixels, eager and compiled', async (_, flow, division, residual) => {
  const inputs = drawInputs(flow, { batch: 1, scale: 0.4 });
  const { y, logDet } = expected(inputs, division, residual);
  for (const found of [eager(forwardOf(flow), inputs), await compiled(forwardOf(flow), inputs)]) {
    expect(differences('y', found.y!, y, 1e-5)).toEqual([]);
    expect(differences('logDet', found.logDet!, logDet, 1e-5)).toEqual([]);
  }
});

/** The flow with the log-det of the point after it. */
const stale = (flow: Flow): Flow => ({
  ...flow,
  forward(params, z) {
    const { y } = flow.forward(params, z);
    // the driving part stays: only another part's log-det differs
    return { y, logDet: flow.forward(params, tf.reverse(y, 1)).logDet };
  },
});

it.each(cases.filter(([name]) => !name.includes(',')))(
  '%s with the log-det of another point would be seen',
  (_, flow) => {
    expect(logDetIsTheJacobians(stale(flow), 0.4)).not.toEqual([]);
  },
);

describe('couplings of pictures', () => {
  it('refuse an unknown map or activation, a width of no channels, one channel and one pixel', () => {
    const wrong = { map: 'cubic' } as unknown as ImageCouplingOptions;
    expect(() => channelCoupling(shape, wrong)).toThrow(
      'channelCoupling: map: expected one of affine, additive, spline, got cubic',
    );
    const gelu = { activation: 'gelu' } as unknown as ImageCouplingOptions;
    expect(() => channelCoupling(shape, gelu)).toThrow(
      'channelCoupling: activation: expected one of elu, relu, got gelu',
    );
    expect(() => checkerboardCoupling(shape, { width: 0 })).toThrow('checkerboardCoupling: width: expected');
    expect(() => channelCoupling([2, 2, 1])).toThrow('channelCoupling: shape: expected 2 channels or more');
    expect(() => checkerboardCoupling([1, 1, 2])).toThrow('checkerboardCoupling: shape: expected 2 pixels or more');
    expect(() => checkerboardCoupling(shape, { context: 3 })).toThrow(
      'checkerboardCoupling: context: expected a whole number from 0 to 2',
    );
  });

  it('bound the log-scale by mostLogScale', () => {
    const flow = of(checkerboardCoupling, { mostLogScale: 0.01 });
    const { logDet } = eager(forwardOf(flow), drawInputs(flow, { batch: 1, scale: 3 }));
    expect(Math.abs(logDet![0]!)).toBeLessThanOrEqual((0.01 * HEIGHT * WIDTH * CHANNELS) / 2 + 1e-6);
    expect(Math.abs(logDet![0]!)).toBeGreaterThan(0);
  });
});
