// Target and fit side by side, for targets of two dimensions.
import { planeGrid } from '@flowvae/figures';
import type { Draw } from '../../report/figures/named-figure.ts';
import type { CheckedTarget } from '../checked-target.ts';
import { targetName } from '../own-target.ts';
import { densityMaps } from './density-maps.ts';
import type { Finished } from './finished.ts';
import { rangeOf } from './plane-range.ts';

/** Where parameters have constraints, the plane is that of their free numbers. */
const freeNote = ({ own: { definition } }: CheckedTarget): string =>
  definition.parameters === undefined ? '' : ' z: the free numbers of the parameters.';

/** Draws over a map. */
const DRAWS = 1000;

/** Density maps on one range, and draws over that of the target; undefined for other numbers of dimensions. */
export async function planeFigure(checked: CheckedTarget, finished: Finished): Promise<Draw | undefined> {
  if (checked.target.dim !== 2) return undefined;
  const { guide, estimate } = finished;
  const points = estimate.draws.z;
  const range = rangeOf(points);
  const { target, fit } = await densityMaps(checked, finished, range);
  return (file = {}) =>
    planeGrid({
      ...file,
      rows: [
        [
          { title: 'target', density: target },
          ...(fit ? [{ title: `fit: ${guide.name}`, density: fit }] : []),
          { title: 'draws of the fit over the target', density: target, points: points.subarray(0, 2 * DRAWS) },
        ],
      ],
      range: range.x,
      yRange: range.y,
      title: `${targetName(checked.own)} and its fit`,
      note: `The target is divided by the estimated Z; all maps have one scale of colours.${freeNote(checked)}`,
      axes: ['z[0]', 'z[1]'],
      side: 300,
    });
}
