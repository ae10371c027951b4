// Bits per dimension of whole levels against nflows and normflows in float64, on both engines.
import {
  densityModel,
  levelsSupport,
  type PictureFlowName,
  pictureFlow,
  uniformDequantisation,
} from '@flowvae/density';
import { bitsPerDimension } from '@flowvae/distributions';
import {
  type GlowOptions,
  glow,
  type ImageFlow,
  type ImageRealnvpOptions,
  type ImageShape,
  imageRealnvp,
} from '@flowvae/flows';
import { key as keyOf } from '@flowvae/random';
import { type Tensor2D, tf } from '@flowvae/tensor';
import { afterAll, describe, expect, it } from 'vitest';
import { differences } from '../laws/comparison.ts';
import { compiled, eager, shaped, type Tensors } from '../laws/evaluation.ts';
import { type PictureCase, pictureReference } from '../reference/picture-flows.ts';
import { disposeModels, kept } from './densities.ts';

afterAll(disposeModels);

const { key: seed, cases } = pictureReference();
const key = keyOf(seed);

type Options = GlowOptions & ImageRealnvpOptions;

interface Family {
  readonly name: PictureFlowName;
  make(shape: ImageShape, options: Options): ImageFlow;
}

const families: Readonly<Record<string, Family>> = {
  glow: { name: 'glow', make: (shape, options) => glow(shape, { ...options, key }) },
  imageRealnvp: { name: 'realnvp', make: imageRealnvp },
};

/** By its name where the options are those of a density's flow, whose activation is ReLU. */
function flowOf({ made, shape, options: given }: PictureCase): ImageFlow {
  const { name, make } = families[made]!;
  const options: Options = given;
  if (options.activation !== 'relu') return make(shape, options);
  const { levels, width, steps, couplings } = options;
  return pictureFlow(name, shape, { levels: levels!, width: width!, depth: (steps ?? couplings)!, key });
}

/** The density with the case's parameters. */
function modelOf(given: PictureCase, alpha: number) {
  const dim = given.shape.reduce((a, b) => a * b);
  const support = levelsSupport(dim, { alpha, dequantisation: uniformDequantisation(dim) });
  const model = kept(densityModel({ flow: flowOf(given), support, key }));
  for (const [name, variable] of Object.entries(model.variables)) {
    const values = tf.tensor([...given.params[name.replace('flow/', '')]!], variable.shape);
    variable.assign(values);
    values.dispose();
  }
  return model;
}

/** Bits per dimension by log N(z) − log q(z|x) of each picture. */
async function bitsOf(run: typeof compiled | typeof eager, given: PictureCase, alpha = 0.05) {
  const model = modelOf(given, alpha);
  const { levels, noise, bits } = given.dequantised!;
  const shape = [bits.length, model.latent];
  const x = shaped(
    levels.map((level) => level / 255),
    shape,
  );
  const bound = ({ x: rows, noise: drawn }: Tensors) => {
    const at = model.at(rows as Tensor2D);
    const { z, logProb } = at.posterior.sampleAndLogProb(drawn as Tensor2D);
    return { bound: tf.sub(at.prior.logProb(z), logProb) };
  };
  const { bound: nats } = await run(bound, { x, noise: shaped(noise, shape) }, model.variables);
  return Array.from(nats!, (value) => bitsPerDimension(value, model.latent));
}

const rows = cases.filter(({ dequantised }) => dequantised).map((given) => [given.name, given] as const);

/** Of the number: 17 roundings of float32; the largest difference here is 2, of sums over 16 or 32 numbers. */
const TOLERANCE = 2e-6;

const violations = ({ dequantised }: PictureCase, found: readonly number[]) =>
  differences('bits', found, dequantised!.bits, TOLERANCE);

describe.each(rows)('%s', (_, given) => {
  it('eager', async () => {
    expect(violations(given, await bitsOf(eager, given))).toEqual([]);
  });

  it('compiled', async () => {
    expect(violations(given, await bitsOf(compiled, given))).toEqual([]);
  });

  it('is told from other noise, and from another α', async () => {
    const noise = given.dequantised!.noise.toReversed();
    const reversed = { ...given, dequantised: { ...given.dequantised!, noise } };
    expect(violations(given, await bitsOf(eager, reversed))).not.toEqual([]);
    expect(violations(given, await bitsOf(eager, given, 0.051))).not.toEqual([]);
  });
});
