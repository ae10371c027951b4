// A planar layer in plain numbers: against the flow, and its handles.
import { planar } from '@flowvae/flows';
import { drawNormal, fold, key } from '@flowvae/random';
import { describe, expect, it } from 'vitest';
import { journey } from '../../../packages/lab/src/page/flow/plane/journey.ts';
import {
  invertibilityWords,
  nearestOnLine,
  type Pair,
  planarLayerOf,
  readPlanar,
  throughPoint,
  withPlanarLayer,
  withTipOfU,
  withTipOfW,
} from '../../../packages/lab/src/page/flow/plane/planar-layer.ts';

const drawn = (name: string, count: number) => drawNormal(fold(key(1), name), count).map((value) => 2 * value);

it('readings are those of the flow, layer by layer', () => {
  const [flow, values] = [planar(2, 6), { w: drawn('w', 12), u: drawn('u', 12), b: drawn('b', 6) }];
  const way = journey(flow, values, Float32Array.of(0.3, -0.8));
  for (let k = 0; k < 6; k++) {
    const { image, logDet, constrained } = readPlanar(planarLayerOf(values, k), [...way.points[k]!] as unknown as Pair);
    expect(image[0]).toBeCloseTo(way.points[k + 1]![0]!, 4);
    expect(image[1]).toBeCloseTo(way.points[k + 1]![1]!, 4);
    expect(logDet).toBeCloseTo(way.logDets[k + 1]![0]! - way.logDets[k]![0]!, 4);
    expect(constrained).toBeGreaterThan(-1);
  }
});

describe('handles', () => {
  const layer = { w: [1.2, -0.5], u: [0.3, 2], b: 0.7 } as const;

  it('begin at a point of the line, and a moved line goes through the point', () => {
    const anchor = nearestOnLine(layer, [3, 1]);
    expect(readPlanar(layer, anchor).s).toBeCloseTo(0, 5);
    expect((anchor[0] - 3) * layer.w[1] - (anchor[1] - 1) * layer.w[0]).toBeCloseTo(0, 5); // along w
    expect(readPlanar(throughPoint(layer, [2, 3]), [2, 3]).s).toBeCloseTo(0, 5);
  });

  it('of w and u have their tips where they were put, and the anchor stays on the line', () => {
    const [anchor, tip] = [nearestOnLine(layer, [0, 0]), [1.5, 1.5] as const];
    const turned = withTipOfW(layer, anchor, tip);
    expect(anchor[0] + turned.w[0]).toBeCloseTo(tip[0], 5);
    expect(readPlanar(turned, anchor).s).toBeCloseTo(0, 5);
    expect(anchor[1] + withTipOfU(layer, anchor, tip).u[1]).toBeCloseTo(tip[1], 5);
  });

  it('of w never make it vanish', () => {
    const anchor = nearestOnLine(layer, [0, 0]);
    expect(Math.hypot(...withTipOfW(layer, anchor, anchor).w)).toBeGreaterThan(0.1);
  });

  it('change their own layer alone', () => {
    const values = { w: drawn('w', 4), u: drawn('u', 4), b: drawn('b', 2) };
    const changed = withPlanarLayer(values, 1, layer);
    expect(planarLayerOf(changed, 0)).toEqual(planarLayerOf(values, 0));
    expect(planarLayerOf(changed, 1).b).toBeCloseTo(0.7, 6);
  });
});

it('the words on invertibility tell when u itself would fold the plane', () => {
  const words = (u: Pair) => invertibilityWords(readPlanar({ w: [1, 0], u, b: 0 }, [0, 0]));
  expect(words([1, 0])).toBe('wᵀû = 0.313 > −1: the layer can be undone.');
  expect(words([-3, 0])).toContain('u itself would fold the plane');
  expect(words([-3, 0])).toContain('wᵀû = −0.951 > −1');
  expect(words([-8, 0])).toContain('wᵀû = −1 + 0.0003 > −1: the layer can be undone.');
  expect(words([-40, 0])).toContain('wᵀû = −1 + 4e-18 > −1');
  expect(words([-800, 0])).toContain('the layer cannot be undone');
});
