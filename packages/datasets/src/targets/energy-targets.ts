// The four energies of Rezende & Mohamed as targets.
import { type Tensor1D, type Tensor2D, tf } from '@flowvae/tensor';
import { energies } from '../energies.ts';
import { byQuadrature, densityOf, type TargetDensity } from './target-density.ts';

const source = 'Rezende & Mohamed 2015, arXiv:1505.05770, table 1';

const u1: TargetDensity = {
  name: 'U1',
  title: 'two modes on a ring',
  source,
  parameters: { z: 'real[2]' },
  logDensity: densityOf('U1', { z: [2] }, ({ z }: { z: Tensor2D }) => tf.neg<Tensor1D>(energies.U1.energy(z))),
  logZ: 1.8775016261097388,
  moments: { 'z[0]': { mean: 0, std: 1.817553741 }, 'z[1]': { mean: 0, std: 1.18121879 } },
  reference: byQuadrature('trapezoidal rule on the plane; the means by symmetry'),
};

/** Half the width of the strip that confines z₁: the energies do not grow along it. */
const STRIP = 4;

/** exp(−U) within |z₁| < 4. */
function onStrip(name: 'U2' | 'U3' | 'U4', facts: Pick<TargetDensity, 'title' | 'logZ' | 'moments'>): TargetDensity {
  const { energy } = energies[name];
  return {
    name,
    source: `${source}, with z1 confined to (-4, 4), where the figure shows it`,
    parameters: { z1: `interval(-${STRIP}, ${STRIP})`, z2: 'real' },
    logDensity: densityOf(name, { z1: [], z2: [] }, ({ z1, z2 }: Record<'z1' | 'z2', Tensor1D>) =>
      tf.neg<Tensor1D>(energy(tf.stack([z1, z2], 1) as Tensor2D)),
    ),
    reference: byQuadrature('log Z in closed form: z2 given z1 is a mixture of normals; moments by quadrature over z1'),
    ...facts,
  };
}

/** log of the strip's width times the mass of normals with these deviations. */
const logMass = (...deviations: readonly number[]) =>
  Math.log(2 * STRIP * deviations.reduce((sum, deviation) => sum + deviation, 0) * Math.sqrt(2 * Math.PI));

/** z₁ is uniform: each z₁ has the same mass. */
const z1 = { mean: 0, std: STRIP / Math.sqrt(3) };

export const energyTargets = {
  U1: u1,
  U2: onStrip('U2', {
    title: 'a sine wave',
    logZ: logMass(0.4),
    moments: { z1, z2: { mean: 0, std: Math.sqrt(0.5 + 0.4 ** 2) } },
  }),
  U3: onStrip('U3', {
    title: 'a sine wave that splits and joins',
    logZ: logMass(0.35, 0.35),
    moments: { z1, z2: { mean: -0.2819956001, std: 0.882863835 } },
  }),
  U4: onStrip('U4', {
    title: 'a sine wave that splits',
    logZ: logMass(0.4, 0.35),
    moments: { z1, z2: { mean: -0.5250023804, std: 1.416757524 } },
  }),
} as const satisfies Readonly<Record<string, TargetDensity>>;
