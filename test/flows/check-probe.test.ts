// Probes of the public checker: several draws evaluated together, each with its own results and their rounding.
import { type InvertibleFlow, planarLeaky } from '@flowvae/flows';
import { key } from '@flowvae/random';
import { tf } from '@flowvae/tensor';
import { describe, expect, it } from 'vitest';
import { evaluate, forwardOf } from '../../packages/flows/src/check/drawn-inputs.ts';
import { drawProbes, inputName, inverseProbes, type Probe } from '../../packages/flows/src/check/probe.ts';
import { differences } from '../laws/comparison.ts';

const flow = planarLeaky(2) as InvertibleFlow;
const draws = [1, 2, 3].map((seed) => ({ key: key(seed), draw: { scale: seed / 4, rows: seed === 2 ? 1 : 4 } }));
const probes = drawProbes(flow, 4, draws);

/** Copies of a result: the first is itself, six others differ by rounding alone, and from each other. */
function expectCopies(copies: readonly ArrayLike<number>[], own: ArrayLike<number>) {
  expect(copies.length).toBe(7);
  expect(Array.from(copies[0]!)).toEqual(Array.from(own));
  for (const copy of copies) expect(differences('copy', copy, own, 1e-4)).toEqual([]);
  expect(new Set(copies.map((copy) => Array.from(copy).join())).size).toBeGreaterThan(5);
}

const logDets = (jacobians: ReturnType<Probe['jacobians']>) => jacobians.map(({ logAbsDet }) => logAbsDet);

describe.each([
  ['the flow', probes, flow],
  ['its inverse', inverseProbes(probes)!, undefined],
])('probes of %s', (_, own, evaluated) => {
  it.each([0, 1, 2])('draw %i has its own results, moved by rounding as well', (i) => {
    const probe = own[i]!;
    const { y, logDet } = probe.forward();
    expectCopies(
      probe.rounded().map((copy) => copy.y),
      y,
    );
    expect(probe.scale).toBe(draws[i]!.draw.scale);
    expect(differences('log-det', logDets(probe.jacobians()), logDet, 1e-5)).toEqual([]);
    expectCopies(probe.roundedJacobians().map(logDets), logDets(probe.jacobians()));
    if (!evaluated) return;
    const alone = evaluate(forwardOf(evaluated), probe.inputs);
    expect([y, logDet]).toEqual([alone.y, alone.logDet]);
  });
});

it('probes with shared parameters are evaluated with these in one row', () => {
  const seen: number[] = [];
  const recording = {
    ...flow,
    forward: (...given: Parameters<typeof flow.forward>) => {
      seen.push(given[0].w!.shape[0]!);
      return flow.forward(...given);
    },
  };
  for (const probe of drawProbes(recording, 4, draws)) probe.forward();
  expect(seen.toSorted((a, b) => a - b)).toEqual([1, 8]);
});

it('inverseProbes start at the y of the forward map, with keys of their own', () => {
  const before = tf.memory().numTensors;
  const inverses = inverseProbes(probes)!;
  for (const [i, inverse] of inverses.entries()) {
    expect(inverse.inputs.z!.values).toEqual(probes[i]!.forward().y);
    expect(differences('z', inverse.forward().y, probes[i]!.inputs.z!.values, 1e-4)).toEqual([]);
    expect(inverse.key).not.toEqual(probes[i]!.key);
    expect([inputName(inverse, 'z'), inputName(inverse, 'w'), inputName(probes[i]!, 'z')]).toEqual(['y', 'w', 'z']);
  }
  const { inverse: _, ...oneWay } = flow;
  expect(inverseProbes(drawProbes(oneWay, 4, draws))).toBeUndefined();
  expect(tf.memory().numTensors).toBe(before);
});
