// Draws on their way through the flow of the guide, for targets of two dimensions.
import { drawNoise, layeredDraw } from '@flowvae/distributions';
import { tabulate } from '@flowvae/evaluation';
import { type PlanePanel, planeGrid } from '@flowvae/figures';
import { fold, key } from '@flowvae/random';
import { type Tensor2D, tf } from '@flowvae/tensor';
import { dataPoints } from '@flowvae/training';
import type { Draw } from '../../report/figures/named-figure.ts';
import type { CheckedTarget } from '../checked-target.ts';
import { targetName } from '../own-target.ts';
import type { Finished } from './finished.ts';
import { rangeOf } from './plane-range.ts';

const DRAWS = 1000;

/** Panels in one picture: the base, the last layer, and layers between them. */
const MOST_PANELS = 12;
const COLUMNS = 4;

/** Clouds of draws behind each layer; undefined without layers, and for other numbers of dimensions. */
export async function layersFigure(checked: CheckedTarget, finished: Finished): Promise<Draw | undefined> {
  if (checked.target.dim !== 2) return undefined;
  const clouds = await cloudsOf(checked, finished);
  if (clouds.length < 2) return undefined;
  const shown = evenly(clouds, MOST_PANELS);
  const { x, y } = rangeOf(joined(shown));
  const columns = Math.min(COLUMNS, shown.length);
  const rows = Array.from({ length: Math.ceil(shown.length / columns) }, (_, row) =>
    shown.slice(row * columns, (row + 1) * columns),
  );
  return (file = {}) =>
    planeGrid({
      ...file,
      rows,
      range: x,
      yRange: y,
      title: `Draws behind each layer of ${finished.guide.name}, fitted to ${targetName(checked.own)}`,
      note:
        shown.length < clouds.length
          ? `${shown.length - 1} of ${clouds.length - 1} layers, evenly taken; the base is the first panel.`
          : 'The base is the first panel.',
      axes: ['z[0]', 'z[1]'],
    });
}

type Cloud = PlanePanel & { readonly points: Float32Array };

/** The base's draws, and those behind each layer. */
async function cloudsOf({ config }: CheckedTarget, { guide }: Finished): Promise<readonly Cloud[]> {
  const { kind, width } = guide.distribution.noise;
  const noise = new Float32Array(DRAWS * width);
  drawNoise(kind, fold(key(config.seed), 'pictures'), noise);
  const { engine, threads } = config;
  const along = (given: Tensor2D) => layeredDraw(guide.distribution, given);
  const names = tf.tidy(() => along(tf.tensor2d(noise.subarray(0, width), [1, width])).layers.map(({ name }) => name));
  const arrays = await tabulate(
    (given) => {
      const { z, layers } = along(given);
      return Object.fromEntries([...layers.map(({ input }) => input), z].map((points, i) => [i, points]));
    },
    dataPoints(noise, width),
    { engine, threads, variables: guide.variables },
  );
  return ['base', ...names].map((title, i) => ({ title, points: arrays[i]! }));
}

/** At most so many of a list, the first and the last among them. */
function evenly<T>(list: readonly T[], most: number): readonly T[] {
  if (list.length <= most) return list;
  return Array.from({ length: most }, (_, i) => list[Math.round((i * (list.length - 1)) / (most - 1))]!);
}

function joined(clouds: readonly Cloud[]): Float32Array {
  const all = new Float32Array(clouds.reduce((sum, { points }) => sum + points.length, 0));
  let at = 0;
  for (const { points } of clouds) {
    all.set(points, at);
    at += points.length;
  }
  return all;
}
