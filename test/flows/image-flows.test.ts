// The promises of the maps of pictures beyond the laws, by hand and against plain float64.
import {
  channelMix,
  type Flow,
  type ImageShape,
  imageActnorm,
  imageActnormParams,
  inverseLogit,
  lu,
  squeeze,
} from '@flowvae/flows';
import { drawNormal, key } from '@flowvae/random';
import { tf } from '@flowvae/tensor';
import { describe, expect, it } from 'vitest';
import { differences } from '../laws/comparison.ts';
import { eager, type Inputs, shaped } from '../laws/evaluation.ts';
import { drawInputs, forwardOf } from '../laws/flow-inputs.ts';
import { logDetIsTheJacobians } from '../laws/flow-laws.ts';

const shape: ImageShape = [2, 4, 3];
const PIXELS = 8;

/** 0, 1, 2, … as one picture. */
const counted = (size: number) =>
  shaped(
    Float32Array.from({ length: size }, (_, i) => i),
    [1, size],
  );

describe('squeeze', () => {
  it('puts the four pixels of a block side by side, row by row', () => {
    const { y } = eager(forwardOf(squeeze([4, 4, 1])), { z: counted(16) });
    expect(Array.from(y!)).toEqual([0, 1, 4, 5, 2, 3, 6, 7, 8, 9, 12, 13, 10, 11, 14, 15]);
  });

  it('keeps the channels of a pixel together', () => {
    const { y } = eager(forwardOf(squeeze([2, 4, 2])), { z: counted(16) });
    expect(Array.from(y!)).toEqual([0, 1, 2, 3, 8, 9, 10, 11, 4, 5, 6, 7, 12, 13, 14, 15]);
  });

  it('refuses an odd height, and a shape that is no picture', () => {
    expect(() => squeeze([3, 4, 1])).toThrow(
      'squeeze: shape: expected [height, width, channels], whole numbers from 1, height and width multiples of 2, got [3,4,1]',
    );
    expect(() => squeeze([2, 2] as unknown as ImageShape)).toThrow('got [2,2]');
  });
});

describe('channelMix', () => {
  const flow = channelMix(shape, { key: key(3) });
  const inputs = drawInputs(flow, { batch: 2, paramRows: 1, scale: 0.5 });

  it('is the LU flow of three components at every pixel, and its log-det that of all pixels', () => {
    const { z, ...params } = inputs;
    const alone = eager(forwardOf(lu(3, { key: key(3) })), { ...params, z: shaped(z!.values, [2 * PIXELS, 3]) });
    const together = eager(forwardOf(flow), inputs);
    expect(differences('y', together.y!, alone.y!, 1e-6)).toEqual([]);
    const sums = [0, 1].map((row) =>
      alone.logDet!.subarray(row * PIXELS, (row + 1) * PIXELS).reduce((sum, value) => sum + value, 0),
    );
    expect(differences('logDet', together.logDet!, sums, 1e-6)).toEqual([]);
  });

  it('takes parameters of which some are shared', () => {
    const own = drawInputs(flow, { batch: 2, scale: 0.5 });
    const mixed: Inputs = { ...own, lower: inputs.lower! };
    const rows = [0, 1].flatMap((row) => {
      const rowOf = ({ shape: full, values }: Inputs[string]) =>
        full[0] === 1
          ? shaped(values, full)
          : shaped(values.subarray((row * values.length) / 2, ((row + 1) * values.length) / 2), [1, ...full.slice(1)]);
      const of = Object.entries(mixed).map(([name, array]) => [name, rowOf(array)] as const);
      return Array.from(eager(forwardOf(flow), Object.fromEntries(of)).y!);
    });
    expect(differences('y', eager(forwardOf(flow), mixed).y!, rows, 1e-6)).toEqual([]);
  });

  it('refuses one channel', () => {
    expect(() => channelMix([2, 2, 1])).toThrow(
      "channelMix: shape: expected 2 channels or more, got 1; use 'imageActnorm', which is as much for one channel",
    );
  });
});

it('imageActnorm started from data sends every channel to mean 0 and variance 1 over all pixels', () => {
  const rows = 20;
  const data = drawNormal(key(71), rows * PIXELS * 3).map(
    (value, i) => [5 + 3 * value, -200 + 0.1 * value, value][i % 3]!,
  );
  const batch = tf.tensor2d(data, [rows, PIXELS * 3]);
  const { shift, logScale } = imageActnormParams(shape, batch);
  batch.dispose();
  const { y } = eager(forwardOf(imageActnorm(shape)), {
    z: shaped(data, [rows, PIXELS * 3]),
    shift: shaped(shift, [1, 3]),
    logScale: shaped(logScale, [1, 3]),
  });
  for (const channel of [0, 1, 2]) {
    const values = Array.from(y!).filter((_, i) => i % 3 === channel);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    expect(differences(`moments of channel ${channel}`, [mean, variance], [0, 1], 2e-3)).toEqual([]);
  }
});

describe('inverseLogit', () => {
  it('has the inverse logit(α + (1 − 2α)·x), with the slope of that', () => {
    const alpha = 0.01;
    const pixels = [0, 0.2, 0.5, 1];
    const flow = inverseLogit(4, { alpha });
    const { z, logDet } = eager(({ y }) => flow.inverse({}, y as never), { y: shaped(pixels, [1, 4]) });
    const moved = pixels.map((x) => alpha + (1 - 2 * alpha) * x);
    expect(
      differences(
        'z',
        z!,
        moved.map((p) => Math.log(p / (1 - p))),
        1e-5,
      ),
    ).toEqual([]);
    const slopes = moved.map((p) => Math.log((1 - 2 * alpha) / (p * (1 - p))));
    expect(differences('logDet', logDet!, [slopes.reduce((sum, value) => sum + value, 0)], 1e-5)).toEqual([]);
  });

  it('refuses an α that leaves no interval', () => {
    expect(() => inverseLogit(2, { alpha: 0.5 })).toThrow(
      'inverseLogit: alpha: expected a number from 0 to below 0.5, got 0.5',
    );
  });
});

/** A flow whose log-det counts one pixel instead of all. */
const ofOnePixel = (flow: Flow): Flow => ({
  ...flow,
  forward(params, z) {
    const { y, logDet } = flow.forward(params, z);
    return { y, logDet: tf.div(logDet, PIXELS) };
  },
});

it.each([imageActnorm(shape), channelMix(shape)].map((flow) => [flow.name, flow] as const))(
  '%s with the log-det of one pixel would be seen',
  (_, flow) => {
    expect(logDetIsTheJacobians(flow as Flow, 0.5)).toEqual([]);
    expect(logDetIsTheJacobians(ofOnePixel(flow as Flow), 0.5)).not.toEqual([]);
  },
);
