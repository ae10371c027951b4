// The scores of both data sets under each model.
import { panels } from 'flowvae';
import { outlineOf } from './histogram.ts';
import type { ScoredModel } from './scored-model.ts';
import { setNames, setTitles } from './sets.ts';

/** A panel for each model, two in a row. */
export const scoresFigure = (models: readonly ScoredModel[]): Uint8Array =>
  panels(
    models.map(({ title, trainedOn, auroc, histogram }) => ({
      title: `${title} of ${setTitles[trainedOn]}: AUROC ${auroc.value.toFixed(3)} ± ${auroc.error.toFixed(3)}`,
      xLabel: 'log p(x) of test images (nats)',
      yLabel: 'images',
      series: setNames.map((name) => ({ label: labelOf(name, histogram), points: outlineOf(histogram, name) })),
      width: 560,
      height: 320,
    })),
    { columns: 2 },
  );

function labelOf(name: (typeof setNames)[number], { outside }: ScoredModel['histogram']): string {
  return outside[name] > 0 ? `${setTitles[name]} (${outside[name]} outside)` : setTitles[name];
}
