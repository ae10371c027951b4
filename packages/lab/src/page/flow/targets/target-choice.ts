// The densities that a flow can be fitted to, as plain data that goes to the worker, and as functions.
import { energies, toys } from '@flowvae/datasets';
import { type Tensor1D, type Tensor2D, tf } from '@flowvae/tensor';
import { expressionDensity } from './expression-density.ts';
import { type Painting, paintedTable } from './painted.ts';
import { expectFinite, type LogMass, logMass, QUADRATURE } from './quadrature.ts';
import { type DensityTable, tableAt, tableDensity, tableLogMass, tabulated } from './table-density.ts';

export type EnergyName = keyof typeof energies;
export type ToyName = keyof typeof toys;

/** A chosen target. */
export type TargetChoice =
  | { readonly kind: 'energy'; readonly name: EnergyName }
  | { readonly kind: 'toy'; readonly name: ToyName }
  | { readonly kind: 'expression'; readonly text: string }
  | { readonly kind: 'painted'; readonly painting: Painting };

/** A formula to begin with: two normals of deviation ½. */
export const FIRST_EXPRESSION = 'logaddexp(-2*((z1-2)^2 + z2^2), -2*((z1+2)^2 + z2^2))';

/** A target as functions, and its log Z by quadrature. */
export interface PlaneTarget extends LogMass {
  /** z [B, 2] → log p̃ [B], nats; differentiable. */
  readonly logDensity: (z: Tensor2D) => Tensor1D;
  /** log p̃ on a lattice of size² points on [−half, half]², row after row from the lowest z2 up. */
  onLattice(size: number, half: number): Float32Array;
}

/** The lattice of toys: their log densities are plain functions without gradients. */
const TOY = { size: 97, half: 5 } as const;

/** Share and deviation of a wide normal that toys are mixed with, so that the log has a slope everywhere. */
const UNDER_TOYS = { share: 1e-3, deviation: 2.5 } as const;

/** U2 to U4 do not fall along z1: beyond ±4 their density falls like the flank of a normal of deviation 0.25. */
const WALL = { at: 4, deviation: 0.25 } as const;

/**
 * The functions of a target.
 *
 * @throws ExpectationError for a wrong expression, or one that is not finite on the lattice of the quadrature
 */
export function planeTarget(choice: TargetChoice): PlaneTarget {
  if (choice.kind === 'toy') return tableTarget(toyTable(choice.name));
  if (choice.kind === 'painted') return tableTarget(paintedTable(choice.painting));
  if (choice.kind === 'energy') return functionTarget(walledEnergy(choice.name), `log density of ${choice.name}`);
  return functionTarget(expressionDensity(choice.text), `log density '${choice.text}'`);
}

function walledEnergy(name: EnergyName): PlaneTarget['logDensity'] {
  const { energy, logZ } = energies[name];
  const density = (z: Tensor2D): Tensor1D => tf.neg(energy(z));
  if (logZ !== undefined) return density;
  return (z) => {
    const excess = tf.relu(tf.sub(tf.abs(tf.squeeze<Tensor1D>(tf.slice(z, [0, 0], [-1, 1]), [1])), WALL.at));
    return tf.sub(density(z), tf.mul(tf.square(excess), 0.5 / WALL.deviation ** 2));
  };
}

function toyTable(name: ToyName): DensityTable {
  const { logDensity } = toys[name];
  const { share, deviation } = UNDER_TOYS;
  const scale = share / (2 * Math.PI * deviation ** 2);
  return tabulated(TOY.size, TOY.half, (x, y) =>
    Math.log(Math.exp(logDensity(x, y)) + scale * Math.exp((-0.5 * (x * x + y * y)) / deviation ** 2)),
  );
}

function tableTarget(table: DensityTable): PlaneTarget {
  return {
    logDensity: tableDensity(table),
    onLattice: (size, half) => {
      const place = (i: number) => -half + (2 * half * i) / (size - 1);
      return Float32Array.from({ length: size * size }, (_, i) =>
        tableAt(table, place(i % size), place(Math.floor(i / size))),
      );
    },
    logZ: tableLogMass(table),
  };
}

function functionTarget(logDensity: PlaneTarget['logDensity'], name: string): PlaneTarget {
  const onLattice: PlaneTarget['onLattice'] = (size, half) =>
    tf.tidy(() => logDensity(tf.tensor2d(latticePoints(size, half), [size * size, 2])).dataSync<'float32'>());
  const logs = onLattice(QUADRATURE.size, QUADRATURE.half);
  expectFinite(logs, name);
  return { logDensity, onLattice, ...logMass(logs) };
}

/** Points [size², 2], row after row from the lowest z2 up. */
function latticePoints(size: number, half: number): Float32Array {
  const place = (i: number) => -half + (2 * half * i) / (size - 1);
  return Float32Array.from({ length: 2 * size * size }, (_, index) => {
    const cell = index >> 1;
    return place(index % 2 ? Math.floor(cell / size) : cell % size);
  });
}
