// The pictures of a run of `flowvae target`; one that makes no sense for the target is left out.
import type { FileOptions } from '@flowvae/figures';
import type { RunFolder } from '@flowvae/runs';
import type { Draw } from '../../report/figures/named-figure.ts';
import { type WrittenPicture, writePictures } from '../../report/pictures.ts';
import type { CheckedTarget } from '../checked-target.ts';
import { boundFigure } from './bound-figure.ts';
import type { Finished } from './finished.ts';
import { layersFigure } from './layers-figure.ts';
import { pairsFigure } from './pairs-figure.ts';
import { planeFigure } from './plane-figure.ts';

type Maker = (checked: CheckedTarget, finished: Finished) => Promise<Draw | undefined> | Draw | undefined;

/** The makers of pictures by name; undefined: left out. */
const makers: Readonly<Record<string, Maker>> = {
  bound: boundFigure,
  'target-and-fit': planeFigure,
  layers: layersFigure,
  pairs: pairsFigure,
};

/** Draws the pictures into the run folder. */
export async function drawTargetFigures(
  checked: CheckedTarget,
  finished: Finished,
  where: { readonly folder: RunFolder; readonly file?: FileOptions | undefined },
): Promise<readonly WrittenPicture[]> {
  const pictures: { readonly name: string; readonly draw: Draw }[] = [];
  for (const [name, make] of Object.entries(makers)) {
    const draw = await make(checked, finished);
    if (draw) pictures.push({ name, draw });
  }
  return writePictures(pictures, where);
}
