// `flowvae compare`: the page and the figure.
import type { Format } from '@flowvae/figures';
import { writeFileAtomically } from '@flowvae/runs';
import { ExpectationError } from '@flowvae/tensor';
import type { Comparison } from '../../comparison/compare-runs.ts';
import { comparisonPage } from '../../comparison/page/comparison-page.ts';
import { comparedCurves } from '../../comparison/page/curves.ts';

/** Files beside the table. */
interface ComparedFiles {
  readonly html: string | undefined;
  readonly figure: { readonly path: string; readonly format: Format } | undefined;
}

/** Writes the files. @throws ExpectationError for curves of runs without any */
export function writeCompared(comparison: Comparison, { html, figure }: ComparedFiles): void {
  if (figure) {
    const image = comparedCurves(comparison, { format: figure.format });
    if (!image) {
      const [expected, received] = ['runs with a bound by step', 'none with metrics'];
      throw new ExpectationError({ where: '--figure', expected, received });
    }
    writeFileAtomically(figure.path, image);
  }
  if (html !== undefined) writeFileAtomically(html, comparisonPage(comparison));
}
