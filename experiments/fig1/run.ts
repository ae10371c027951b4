// `tsx experiments/fig1/run.ts`: a unit normal and a uniform density through planar and radial flows of 1, 2 and 10
// layers.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  dataPoints,
  fold,
  key,
  type Params,
  type PlanePanel,
  parseInvertibleFlow,
  planeGrid,
  standardNormal,
  tabulate,
  tf,
  uniformBox,
} from 'flowvae';
import { readEntry, readValues, startCommand } from '../command-line.ts';
import { cellMiddles } from '../plane-cells.ts';
import { bases, HALF_WIDTH, kinds, lengths, SEED, scales, UNIFORM_HALF } from './config.ts';
import { parametersOf } from './parameters.ts';

startCommand();

const values = readValues({
  scale: { type: 'string', default: 'full' },
  out: { type: 'string', default: fileURLToPath(new URL('results', import.meta.url)) },
});
const scale = readEntry('scale', values.scale, scales);
const { cells } = scale;

const sides = [UNIFORM_HALF, UNIFORM_HALF];
const baseOf = {
  normal: standardNormal(2),
  uniform: uniformBox(
    sides.map((side) => -side),
    sides,
  ),
};
const baseNames = { normal: 'unit normal', uniform: 'uniform' } as const;

const rows: PlanePanel[][] = [];
const masses: Record<string, number> = {};
for (const base of bases) {
  const row = [{ title: 'base', density: mapOf(await densityOf(base)) }] as PlanePanel[];
  for (const kind of kinds) {
    for (const length of lengths) {
      const density = await densityOf(base, kind, length);
      masses[`${base}, ${kind}*${length}`] = massOf(density);
      row.push({ title: `${kind}, K = ${length}`, density: mapOf(density) });
    }
  }
  rows.push(row);
}

const options = {
  rows,
  rowLabels: bases.map((base) => baseNames[base]),
  range: [-HALF_WIDTH, HALF_WIDTH],
  title: 'A density through planar and radial flows of K layers',
  note: 'Densities, each panel in colours of its own: the darkest is its 99.5 % quantile or, where it is flat, its largest value. Parameters are chosen for illustration.',
} as const;
mkdirSync(values.out, { recursive: true });
writeFileSync(join(values.out, 'fig1.png'), planeGrid(options));
writeFileSync(join(values.out, 'fig1.svg'), planeGrid({ ...options, format: 'svg' }));
writeFileSync(
  join(values.out, 'fig1.json'),
  `${JSON.stringify({ seed: SEED, cells, node: process.version, masses }, null, 2)}\n`,
);

/** The density at the middle of each cell, by the inverse: log q(y) = log p(f⁻¹(y)) + log|det ∂f⁻¹/∂y|. */
async function densityOf(
  base: (typeof bases)[number],
  kind?: (typeof kinds)[number],
  length = 0,
): Promise<Float32Array> {
  const points = dataPoints(cellMiddles(cells, HALF_WIDTH), 2);
  if (!kind) {
    const { logProb } = await tabulate((y) => ({ logProb: baseOf[base].logProb(y) }), points);
    return logProb!.map(Math.exp);
  }
  const flow = parseInvertibleFlow(`${kind}*${length}`, 2);
  const arrays = parametersOf[kind](length, fold(key(SEED), kind, length));
  const { logProb } = await tabulate((y) => {
    const tensors = Object.entries(flow.paramShapes).map(([name, shape]) => [
      name,
      tf.tensor(arrays[name]!, [1, ...shape]),
    ]);
    const { z, logDet } = flow.inverse(Object.fromEntries(tensors) as Params<typeof flow.paramShapes>, y);
    return { logProb: tf.add(baseOf[base].logProb(z), logDet) };
  }, points);
  return logProb!.map(Math.exp);
}

/** A map on which a few steep cells do not decide the colours of all others. */
function mapOf(values: Float32Array) {
  const seen = values.filter((value) => value > 0).toSorted();
  return { values, size: cells, ceiling: seen[Math.floor(0.995 * (seen.length - 1))] ?? 1 };
}

/** Mass inside the panel: near 1 if the flow keeps most of it there. */
function massOf(density: Float32Array): number {
  const area = ((2 * HALF_WIDTH) / cells) ** 2;
  return Number((density.reduce((sum, value) => sum + value, 0) * area).toFixed(4));
}
