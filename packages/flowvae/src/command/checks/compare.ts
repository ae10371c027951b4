// `flowvae compare <runs…>`: the comparison itself needs no tensor library; a page and a figure need a canvas.
import { extname } from 'node:path';
import { type Format, formats } from '@flowvae/figures/plain';
import { writeFileAtomically } from '@flowvae/runs/plain';
import { ExpectationError } from '@flowvae/tensor/plain';
import { type CompareOptions, compareRuns } from '../../comparison/compare-runs.ts';
import { formatComparison, formatOfFile, type TableFormat, tableEndings } from '../../comparison/formats/formats.ts';
import { checkEnding, checkOutputFile } from './requirements/output-file.ts';

/** Options of `compare`. */
export interface CompareFlags extends CompareOptions {
  readonly format?: TableFormat;
  readonly json?: boolean;
  readonly out?: string;
  readonly html?: string;
  readonly figure?: string;
}

const OTHER_ENDINGS = 'name the form by --format; --figure writes a picture, --html a page';

const figureEndings = formats.map((format) => `.${format}`);

export async function compareCommand(paths: readonly string[], flags: CompareFlags): Promise<void> {
  const { format, json = false, out, html, figure, ...options } = flags;
  if (out !== undefined) {
    if (!json && format === undefined && extname(out) !== '') checkEnding(out, tableEndings, { remedy: OTHER_ENDINGS });
    checkOutputFile(out);
  }
  if (html !== undefined) checkEnding(html, ['.html'], { where: '--html' });
  if (figure !== undefined) checkEnding(figure, figureEndings, { where: '--figure' });
  for (const [where, file] of [
    ['--html', html],
    ['--figure', figure],
  ] as const) {
    if (file !== undefined) checkOutputFile(file, where);
  }
  if (json && format !== undefined && format !== 'json') {
    throw new ExpectationError({ where: '--json', expected: 'no other --format beside it', received: format });
  }
  const comparison = compareRuns(paths, options);
  const text = formatComparison(comparison, json ? 'json' : (format ?? formatOfFile(out ?? '')));
  if (out === undefined) process.stdout.write(text);
  else writeFileAtomically(out, text);
  if (html === undefined && figure === undefined) return;
  const { writeCompared } = await import('../actions/compare.ts');
  const chart =
    figure === undefined ? undefined : { path: figure, format: extname(figure).slice(1).toLowerCase() as Format };
  writeCompared(comparison, { html, figure: chart });
}
