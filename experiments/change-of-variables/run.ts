// `tsx experiments/change-of-variables/run.ts`: five examples of the change of variables; numbers as JSON, pictures as
// PNG.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { panels, planeGrid } from 'flowvae';
import { readValues, startCommand } from '../command-line.ts';
import { lineExamples } from './line-examples.ts';
import { linearExample, squareAndImage } from './linear-map.ts';
import { HALF_WIDTH, planarExample } from './planar-layers.ts';
import { moonsExample } from './two-moons.ts';

startCommand();

const values = readValues({ out: { type: 'string', default: fileURLToPath(new URL('results', import.meta.url)) } });
mkdirSync(values.out, { recursive: true });
const write = (file: string, content: Uint8Array | string) => writeFileSync(join(values.out, file), content);
const rounded = (value: number) => Number(value.toFixed(6));

const lines = lineExamples();
const charts = lines.map(({ formula, points }) => {
  const every = Math.ceil(points.length / 400);
  const drawn = points.filter((_, i) => i % every === 0);
  return {
    title: formula,
    xLabel: 'y',
    yLabel: 'density',
    series: [
      { label: 'closed form', points: drawn.map(({ x, closedForm }) => ({ x, y: closedForm })), dashed: true },
      { label: 'by the flow', points: drawn.map(({ x, byFlow }) => ({ x, y: byFlow })) },
    ],
    width: 560,
    height: 320,
  };
});
write('line.png', panels(charts, { columns: 2 }));

const { square, image } = squareAndImage();
const [plane, space] = [linearExample(2), linearExample(3)];
write(
  'linear.png',
  planeGrid({
    rows: [
      [
        { title: 'area 1', points: square },
        { title: `area |det A| = ${plane.volume.toFixed(3)}`, points: image },
      ],
    ],
    range: [-0.5, 3],
    title: 'y = Az, p(y) = p₀(A⁻¹y)/|det A|',
    note: 'The unit square becomes a parallelogram.',
    side: 260,
  }),
);

const CELLS = 240;
const ceilingOf = (map: Float32Array) => map.toSorted()[Math.floor(0.999 * map.length)]!;
const planar = [];
for (const layers of [2, 10]) planar.push(await planarExample(layers, CELLS));
write(
  'planar.png',
  planeGrid({
    rows: [
      planar.map(({ layers, map }) => ({
        title: `M = ${layers}`,
        density: { values: map, size: CELLS, ceiling: ceilingOf(map) },
      })),
    ],
    range: [-HALF_WIDTH, HALF_WIDTH],
    title: 'A normal behind M planar layers',
    note: 'log p(y) = log p₀(z₀) − Σ log|det Jₘ|. Darkest: the 99.9 % quantile.',
    side: 260,
  }),
);

const STEPS = 500;
const { clouds, ...moons } = await moonsExample(STEPS);
write(
  'moons.png',
  planeGrid({
    rows: [clouds.map((points, layer) => ({ title: layer === 0 ? 'normal' : `layer ${layer}`, points }))],
    range: [-4, 4],
    title: 'A chain of four spline couplings turns a normal into two moons',
    note: `log p(y) = log p₀(z₀) − Σ log|det Jₘ|: mean over held-out draws ${moons.heldOut.toFixed(3)} of at most ${moons.supremum.toFixed(3)} nats.`,
  }),
);

const report = {
  node: process.version,
  lines: lines.map(({ name, mass }) => ({ name, mass: rounded(mass) })),
  linear: [plane, space].map(({ dim, volume, byFlow }) => ({ dim, volume: rounded(volume), byFlow: rounded(byFlow) })),
  planar: planar.map(({ layers, mass, forwardLogDet, inverseLogDet }) => ({
    layers,
    mass: rounded(mass),
    forwardLogDet: rounded(forwardLogDet),
    inverseLogDet: rounded(inverseLogDet),
  })),
  moons: { steps: STEPS, ...Object.fromEntries(Object.entries(moons).map(([name, value]) => [name, rounded(value)])) },
};
write('change-of-variables.json', `${JSON.stringify(report, null, 2)}\n`);
