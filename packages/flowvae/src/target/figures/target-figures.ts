// The pictures of a run of `flowvae target`; one that makes no sense for the target is left out.
import type { RunFolder } from '@flowvae/runs';
import type { CheckedTarget } from '../checked-target.ts';
import { boundFigure } from './bound-figure.ts';
import type { Finished } from './finished.ts';
import { layersFigure } from './layers-figure.ts';
import { pairsFigure } from './pairs-figure.ts';
import { planeFigure } from './plane-figure.ts';

/** The makers of pictures by file; undefined: left out. */
const makers: Readonly<
  Record<
    string,
    (checked: CheckedTarget, finished: Finished) => Promise<Uint8Array | undefined> | Uint8Array | undefined
  >
> = {
  'bound.png': boundFigure,
  'target-and-fit.png': planeFigure,
  'layers.png': layersFigure,
  'pairs.png': pairsFigure,
};

/** Draws the pictures into the run folder and returns their paths. */
export async function drawTargetFigures(
  checked: CheckedTarget,
  finished: Finished,
  folder: RunFolder,
): Promise<string[]> {
  const paths: string[] = [];
  for (const [name, make] of Object.entries(makers)) {
    const png = await make(checked, finished);
    if (png) paths.push(folder.writeFigure(name, png));
  }
  return paths;
}
