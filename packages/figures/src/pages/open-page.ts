// Opens a page of a format.
import { ExpectationError } from '@flowvae/tensor';
import { requireFont } from '../font.ts';
import { type FileOptions, type Format, formats } from './formats.ts';
import type { Page, PageForm } from './page.ts';
import { pdfPage } from './pdf-page.ts';
import { pngPage } from './png-page.ts';
import { svgPage } from './svg-page.ts';

const pages: Readonly<Record<Format, (form: PageForm) => Page>> = { png: pngPage, svg: svgPage, pdf: pdfPage };

/** An empty page for a file; the figures' font is ready. @throws ExpectationError for another format */
export function openPage(form: PageForm, { format = 'png' }: FileOptions): Page {
  if (!formats.includes(format)) {
    throw new ExpectationError({ where: 'figures: format', expected: formats.join(', '), received: `'${format}'` });
  }
  requireFont();
  return pages[format](form);
}
