// Where the public checker looks, and the places that its findings name.
import type { Flow, InvertibleFlow } from '@flowvae/flows';
import { fold, key } from '@flowvae/random';
import { type Tensor, type Tensor1D, type Tensor2D, tf } from '@flowvae/tensor';
import { describe, expect, it } from 'vitest';
import { drawPoints } from '../../packages/flows/src/check/drawn-inputs.ts';
import { finiteCheck } from '../../packages/flows/src/check/finite-check.ts';
import { drawProbes } from '../../packages/flows/src/check/probe.ts';
import { rows } from '../../packages/flows/src/check/rows-check.ts';
import { startCheck } from '../../packages/flows/src/check/start-check.ts';
import { identity } from './changed-identity.ts';

/** Rows [0 … rows) as a column. */
const placesOf = (x: Tensor2D) => tf.reshape(tf.range(0, x.shape[0]), [-1, 1]);

/** 1 in one row, else 0. */
const only = (x: Tensor2D, row: number) => tf.cast(tf.equal(placesOf(x), row), 'float32');

describe('rows', () => {
  const found = (flow: Flow, paramRows = 3) =>
    rows(drawProbes(flow, 3, [{ key: key(1), draw: { scale: 1, rows: paramRows } }]))[0]!;
  const { inverse: _, ...oneWay } = identity(2);

  it('compares every number of both directions in reverse order, and the last row alone', () => {
    expect(found(oneWay)).toMatchObject({ judged: 12, planned: 12, findings: [], worst: { error: 0 } });
    expect(found(identity(2))).toMatchObject({ judged: 24, planned: 24, findings: [] });
  });

  it('names the point, the direction and the way of looking', () => {
    const moved = found({
      ...oneWay,
      forward: (_params, z) => ({ y: tf.add(z, only(z, 0)), logDet: tf.zeros([z.shape[0]]) }),
    });
    expect(moved.findings.map((finding) => finding.replaceAll(/-?\d+\.\d+(e-\d+)?/g, '#'))).toEqual([
      'point 2: y is # in its batch and # in reverse order',
      'point 2: y is # in its batch and # in reverse order',
      'point 0: y is # in its batch and # in reverse order',
      'point 0: y is # in its batch and # in reverse order',
      'point 2: y is # in its batch and # alone',
      'point 2: y is # in its batch and # alone',
    ]);
    const back = found({
      ...identity(2),
      inverse: (_params: unknown, y: Tensor2D) => ({ z: y, logDet: tf.squeeze(only(y, 0), [1]) }),
    } as Flow);
    expect(back.findings).toEqual([
      'inverse, point 2: logDet is 0 in its batch and 1 in reverse order',
      'inverse, point 0: logDet is 1 in its batch and 0 in reverse order',
      'inverse, point 2: logDet is 0 in its batch and 1 alone',
    ]);
  });

  it('allows 1e-5, and does not judge a number that rounding moves by a percent', () => {
    const by = (error: number) =>
      found(identity(1, ({ y }) => ({ logDet: tf.mul(error, tf.squeeze(only(y, 2), [1])) as Tensor1D })));
    expect([by(9e-6).findings.length, by(1.1e-5).findings.length]).toEqual([0, 3]);
    const rough = (steepness: number) =>
      found(identity(1, ({ y }) => ({ logDet: tf.squeeze(tf.sin(tf.mul(y, steepness)), [1]) as Tensor1D })));
    expect(rough(1e7)).toMatchObject({ judged: 8 + 4, planned: 16 });
    expect(rough(100)).toMatchObject({ judged: 16, findings: [] });
    expect(rough(100).worst!.allowed).toBeGreaterThan(1e-5);
    const { inverse: _back, ...large } = identity(2, ({ y }) => ({ y: tf.mul(y, 3000) }));
    expect(found(large)).toMatchObject({ judged: 12, findings: [] });
    expect(found(large).worst!.allowed).toBeLessThan(2e-5); // relative to the value
    const { inverse: _inverse, ...roughInOne } = identity(2, ({ y }) => ({
      y: tf.mul(y, tf.add([[1, 0]], tf.mul([[0, 1]], tf.sin(tf.mul(y, 1e7))))) as Tensor2D,
    }));
    expect(found(roughInOne)).toMatchObject({ judged: 8, planned: 12 });
  });

  it("moves a point's own parameters with it, and leaves what all points share", () => {
    const shift: Flow = {
      ...oneWay,
      paramShapes: { b: [2] },
      forward: ({ b }, z) => ({ y: tf.add(z, b!), logDet: tf.zeros([z.shape[0]]) }),
    };
    expect(found(shift).findings).toEqual([]);
    expect(found(shift, 1).findings).toEqual([]);
    expect(
      found({
        ...shift,
        shared: ['b'],
        paramShapes: { b: [3, 2] },
        forward: ({ b }, z) => shift.forward({ b: tf.sum(b!, 1) }, z),
      }).findings,
    ).toEqual([]);
  });
});

describe('start', () => {
  const drawn = drawPoints(2, 6, key(1)).values;
  it.each([0, 1, 5])('names the point: %i', (row) => {
    const flow = identity(2, ({ y }) => ({
      y: tf.add(y, tf.mul(4, only(y, row))) as Tensor2D,
      logDet: tf.squeeze(only(y, row), [1]) as Tensor1D,
    }));
    const [z0, z1] = drawn.subarray(2 * row, 2 * row + 2) as unknown as [number, number];
    const at = `point ${row}:`;
    const ofLogDet = `${at} logDet is 1 at the initial parameters, and should be 0`;
    expect(startCheck(flow, 'identity', key(1)).findings).toEqual([
      ofLogDet,
      `${at} y is ${Math.fround(z0 + 4)} at the initial parameters, and should be ${z0}`,
      `${at} y is ${Math.fround(z1 + 4)} at the initial parameters, and should be ${z1}`,
    ]);
    expect(startCheck(flow, 'volume', key(1)).findings).toEqual([ofLogDet]);
  });

  it('looks at six points', () => {
    expect(startCheck(identity(2), 'identity', key(1))).toMatchObject({ judged: 18, planned: 18 });
    expect(startCheck(identity(2), 'volume', key(1))).toMatchObject({ judged: 6, planned: 6 });
  });
});

describe('finite', () => {
  it('looks at eight points of each of six sizes, with shared parameters, then with those of each point', () => {
    const seen: { readonly sizes: number[]; readonly params: number }[] = [];
    const { inverse: _, ...flow } = identity(1);
    const recording: Flow = {
      ...flow,
      forward: (params, z) => {
        seen.push({ sizes: Array.from(z.dataSync(), Math.abs), params: params.b!.shape[0] });
        return flow.forward(params, z);
      },
    };
    const tallies = finiteCheck(recording, 1, [key(1), key(2), key(3)]);
    expect(tallies.map(({ judged, planned }) => [judged, planned])).toEqual([6, 6, 6].map((count) => [count, count]));
    expect(finiteCheck(recording, 1, [])).toEqual([]);
    const calls = [seen[0]!, seen.at(-1)!].toSorted((a, b) => a.params - b.params);
    expect(calls.map(({ params }) => params)).toEqual([1, 96]);
    const [shared, own] = calls.map(({ sizes }) => sizes);
    expect([shared!.length, own!.length]).toEqual([48, 96]);
    for (const [i, spread] of [0, 1e-3, 0.03, 1, 30, 300].entries()) {
      const from = withSpread(spread);
      expect(shared!.slice(8 * i, 8 * (i + 1))).toEqual(from);
    }
  });

  const withSpread = (spread: number) =>
    Array.from(drawPoints(1, 8, fold(key(1), String(spread)), spread).values, Math.abs);

  it('names the sizes at which a value is not finite, in the draws that have one', () => {
    const flow = identity(1, ({ y }, b) => ({
      logDet: tf.squeeze(tf.log(tf.sub(1000, tf.mul(tf.abs(y), tf.step(b)))), [1]) as Tensor1D,
    }));
    const tallies = finiteCheck(flow, 1, [1, 2, 3, 4].map(key));
    for (const [draw, { findings }] of tallies.entries()) {
      for (const finding of findings) expect(finding).toMatch(/^points of size (30|300): logDet of identity is NaN$/);
      if (draw > 0) expect(findings.length).toBe(1); // one of eight parameters is positive
    }
  });

  it('looks at single layers only if the flow as a whole is not finite', () => {
    const broken = (isBroken: boolean): InvertibleFlow => ({
      ...identity(1),
      inverse: (_, y) => ({ z: tf.mul(y, isBroken ? Number.NaN : 1), logDet: tf.zeros([y.shape[0]]) }),
    });
    const finding = (wholeIsBroken: boolean, ...layersAreBroken: boolean[]) =>
      finiteCheck(
        {
          ...broken(wholeIsBroken),
          layers: (params) => layersAreBroken.map((is, i) => ({ name: `layer ${i}`, flow: broken(is), params })),
        } as Flow,
        1,
        [key(1)],
      )[0]!.findings[0];
    expect(finding(false, false, true)).toBeUndefined();
    expect(finding(false, true)).toBeUndefined();
    expect(finding(true, false, true)).toBe("points of size 0: the inverse's z of layer 1 is NaN");
    expect(finding(true, true, false)).toBe("points of size 0: the inverse's z of layer 0 is NaN");
    expect(finding(true, true)).toBe("points of size 0: the inverse's z of identity is NaN");
  });

  it('names the layer of a value, and the whole flow if its only layer is finite', () => {
    const broken = (isBroken: boolean) => identity(1, () => (isBroken ? { logDet: tf.fill([8], Number.NaN) } : {}));
    const finding = (wholeIsBroken: boolean, layerIsBroken: boolean) =>
      finiteCheck(
        { ...broken(wholeIsBroken), layers: (params) => [{ name: 'layer 0', flow: broken(layerIsBroken), params }] },
        1,
        [key(1)],
      )[0]!.findings[0];
    expect(finding(true, true)).toBe('points of size 0: logDet of layer 0 is NaN');
    expect(finding(true, false)).toBe('points of size 0: logDet of identity is NaN');
  });

  it('is asked of gradients towards points and parameters, in both directions', () => {
    const broken = tf.customGrad((x) => ({
      value: tf.clone(x as Tensor),
      gradFunc: (dx: Tensor) => tf.mul(dx, Number.POSITIVE_INFINITY),
    }));
    const findingsOf = (flow: Flow) => finiteCheck(flow, 1, [key(1)])[0]!.findings;
    const towards = (name: string) =>
      expect.stringMatching(new RegExp(`^points of size 1: ${name} of identity is (-?Infinity|NaN)$`));
    const ofZ = identity(1, ({ y }) => ({ y: broken(y) as Tensor2D }));
    expect(findingsOf(ofZ)).toContainEqual(towards('the gradient towards z'));
    const ofB = identity(1, ({ y }, b) => ({ y: tf.add(y, broken(b)) as Tensor2D }));
    expect(findingsOf(ofB)).toContainEqual(towards('the gradient towards b'));
    const back: InvertibleFlow = {
      ...identity(1),
      inverse: (_, y) => ({ z: broken(y) as Tensor2D, logDet: tf.zeros([y.shape[0]]) }),
    };
    expect(findingsOf(back)).toContainEqual(towards("the inverse's gradient towards y"));
  });
});
