// Formulas of pictures: their shapes, the same map as by hand, and the picture that does not fit.
import {
  chain,
  channelCoupling,
  channelMix,
  checkerboardCoupling,
  type Flow,
  glow,
  imageActnorm,
  imageNice,
  imageRealnvp,
  parseFlow,
  squeeze,
} from '@flowvae/flows';
import { flowTable, readFlowFormula } from '@flowvae/flows/plain';
import { key } from '@flowvae/random';
import { describe, expect, it } from 'vitest';
import { eager } from '../laws/evaluation.ts';
import { drawInputs, forwardOf } from '../laws/flow-inputs.ts';

const width = 3;
const byHand: readonly (readonly [string, Flow])[] = [
  ['squeeze(2,4,2)', squeeze([2, 4, 2])],
  ['image-actnorm(2,4,2)', imageActnorm([2, 4, 2])],
  ['channel-mix(2,4,2)', channelMix([2, 4, 2], { key: key(0) })],
  ['channel-coupling(2,4,2,3)', channelCoupling([2, 4, 2], { width })],
  ['checkerboard-coupling(2,4,2,3)', checkerboardCoupling([2, 4, 2], { width })],
  ['image-nice(2,4,2,2,3)', imageNice([2, 4, 2], { couplings: 2, width })],
  ['image-realnvp(4,4,1,1,3)', imageRealnvp([4, 4, 1], { levels: 1, width })],
  ['glow(4,4,1,2,1,3)', glow([4, 4, 1], { levels: 2, steps: 1, width, key: key(0) })],
  [
    'channel-coupling(2,4,2,3)*2-channel-mix(2,4,2)',
    chain([
      chain([channelCoupling([2, 4, 2], { width }), channelCoupling([2, 4, 2], { width, swap: true })]),
      channelMix([2, 4, 2], { key: key(2) }),
    ]),
  ],
];

describe.each(byHand)('%s', (formula, flow) => {
  it('is the flow of its function', () => {
    const parsed = parseFlow(formula, 16);
    const inputs = drawInputs(flow, { batch: 2, scale: 0.3 });
    expect(parsed.paramShapes).toEqual(flow.paramShapes);
    expect(eager(forwardOf(parsed), inputs)).toEqual(eager(forwardOf(flow), inputs));
    expect(parsed.initialParams(key(5))).toEqual(flow.initialParams(key(5)));
  });
});

it.each([
  ['channel-coupling(2,4,2,3)', channelCoupling([2, 4, 2], { width, mostLogScale: 0.01 })],
  ['checkerboard-coupling(2,4,2,3)', checkerboardCoupling([2, 4, 2], { width, mostLogScale: 0.01 })],
  ['glow(4,4,1,1,1,3)', glow([4, 4, 1], { levels: 1, steps: 1, width, key: key(0), mostLogScale: 0.01 })],
] as const)('%s has the bound of log-scales that a formula is made with', (formula, flow) => {
  const inputs = drawInputs(flow, { batch: 2, scale: 0.5 });
  const bounded = parseFlow(formula, 16, { mostLogScale: 0.01 });
  expect(eager(forwardOf(bounded), inputs)).toEqual(eager(forwardOf(flow), inputs));
  expect(eager(forwardOf(parseFlow(formula, 16)), inputs).logDet).not.toEqual(eager(forwardOf(flow), inputs).logDet);
});

it('every formula of pictures is compared with its function', () => {
  const names = Object.entries(flowTable).flatMap(([name, { isOfPictures }]) => (isOfPictures ? [name] : []));
  expect(names.length).toBeGreaterThan(7);
  expect(names.filter((name) => !byHand.some(([formula]) => formula.startsWith(`${name}(`)))).toEqual([]);
});

it('a picture without a shape is square and grey, a row, or one pixel', () => {
  const shapeOf = (name: string, dim: number) => {
    const { height, width: across, channels } = readFlowFormula(name, dim)[0]!.args;
    return [height, across, channels];
  };
  expect(shapeOf('glow', 784)).toEqual([28, 28, 1]);
  expect(shapeOf('checkerboard-coupling', 5)).toEqual([1, 5, 1]);
  expect(shapeOf('channel-mix', 5)).toEqual([1, 1, 5]);
  expect(readFlowFormula('glow', 784)[0]!.args).toMatchObject({ levels: 1, steps: 4, hidden: 32 });
});

it.each([
  ['glow', 40, "expected (height,width,channels) of a picture of 40 numbers, the latent's width, got '6,6,1'"],
  ['planar-squeeze(2,2,3)', 8, "got '2,2,3' at character 8"],
  ['glow(2,7,1)', 14, 'expected [height, width, channels], whole numbers from 1, height and width multiples of 2, got'],
])('%s of %d numbers is refused', (formula, dim, message) => {
  expect(() => parseFlow(formula, dim)).toThrow(message);
});
