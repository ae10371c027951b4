// A report as one HTML file: words, tables and figures inlined, nothing loaded. Readable in light and dark, on screen
// and paper.
import { filterField, filterScript } from './table-filter.ts';
import { sortingScript } from './table-sorting.ts';

/** A picture of a report. */
export interface ReportFigure {
  /** PNG bytes, or an SVG document. */
  readonly image: Uint8Array;
  /** A description of the picture, for readers who do not see it. */
  readonly alt: string;
  /** Under the picture; default none. */
  readonly caption?: string;
  /** `'half'`: two side by side if there is room. Default `'full'`. */
  readonly width?: 'half' | 'full';
}

/** A cell of a table: a text, numbers already formatted, or a small picture. */
export type ReportCell = string | Pick<ReportFigure, 'image' | 'alt'>;

/** A table of a report. */
export interface ReportTable {
  readonly caption?: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly ReportCell[])[];
  /** Whether a click on a column's name sorts the rows by it. Default false. */
  readonly isSortable?: boolean;
  /** Whether a field over the table hides the rows without the words that are typed there. Default false. */
  readonly isFilterable?: boolean;
}

/** A part of a report under a heading. */
export interface ReportSection {
  readonly title: string;
  /** Paragraphs. */
  readonly text?: readonly string[];
  readonly tables?: readonly ReportTable[];
  readonly figures?: readonly ReportFigure[];
}

/** A sentence that leads out of a report. */
export interface RelatedPage {
  readonly text: string;
  /** Address of the page, from the report's own place; absent: the sentence alone. */
  readonly href?: string;
}

/** A whole report. */
export interface HtmlReport {
  readonly title: string;
  /** One line under the title. */
  readonly subtitle?: string;
  /** The line under the contents; see {@link withRelatedPage}. */
  readonly related?: RelatedPage;
  readonly sections: readonly ReportSection[];
  /** Last line: command, versions. */
  readonly footer?: string;
}

/** Writes a report as one self-contained HTML document; every text is escaped. The same report gives the same text. */
export function htmlReport({ title, subtitle, related, sections, footer }: HtmlReport): string {
  const contents = sections.map((section, i) => `<a href="#s${i}">${escaped(section.title)}</a>`).join(' · ');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escaped(title)}</title>
<style>${style}</style>
</head>
<body>
<main>
<header>
<h1>${escaped(title)}</h1>
${subtitle ? `<p class="muted">${escaped(subtitle)}</p>` : ''}
<nav>${contents}</nav>
${related ? relatedLine(related) : ''}
</header>
${sections.map(sectionOf).join('\n')}
${footer ? `<footer class="muted">${escaped(footer)}</footer>` : ''}
</main>
${scripts(sections)}</body>
</html>
`;
}

const relatedLine = ({ text, href }: RelatedPage): string =>
  `<p id="related" class="muted">${href === undefined ? escaped(text) : `<a href="${escaped(href)}">${escaped(text)}</a>`}</p>`;

/**
 * A written report with another line in place of its `related` one.
 *
 * @param html as {@link htmlReport} writes it; one without such a line comes back as it is
 */
export const withRelatedPage = (html: string, related: RelatedPage): string =>
  html.replace(/<p id="related" class="muted">.*?<\/p>/, () => relatedLine(related));

const style = `
:root { --ink: #222; --muted: #5a5a5a; --paper: #fff; --line: #d5d5d5; --stripe: #f5f7f9; --link: #005a8c; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6e6e6; --muted: #a8a8a8; --paper: #16181b; --line: #3a3f45; --stripe: #1e2226; --link: #7cc4ee; }
}
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, "DejaVu Sans", sans-serif; }
main { max-width: 1080px; margin: 0 auto; padding: 24px 20px 48px; }
h1 { font-size: 1.7rem; margin: 0 0 4px; } h2 { font-size: 1.25rem; margin: 40px 0 8px; border-bottom: 1px solid var(--line); padding-bottom: 4px; }
p { margin: 8px 0; max-width: 80ch; } a { color: var(--link); } .muted, figcaption, caption { color: var(--muted); font-size: 0.9rem; }
table { border-collapse: collapse; margin: 12px 0; font-variant-numeric: tabular-nums; }
caption { text-align: left; padding-bottom: 4px; }
th, td { padding: 4px 14px 4px 8px; text-align: right; border-bottom: 1px solid var(--line); }
th:first-child, td:first-child { text-align: left; } thead th { border-bottom-width: 2px; } tbody tr:nth-child(even) { background: var(--stripe); }
.scroll { overflow-x: auto; }
td img { display: block; height: 44px; width: auto; image-rendering: pixelated; background: #fff; }
th button { font: inherit; color: inherit; background: none; border: 0; padding: 0; cursor: pointer; text-decoration: underline dotted; }
th[aria-sort=ascending] button::after { content: " ▲"; } th[aria-sort=descending] button::after { content: " ▼"; }
.filter { display: block; margin-top: 12px; } .filter input { font: inherit; color: inherit; background: var(--paper); border: 1px solid var(--muted); border-radius: 4px; padding: 2px 6px; }
.figures { display: flex; flex-wrap: wrap; gap: 16px; align-items: flex-start; }
figure { margin: 8px 0; flex: 1 1 100%; min-width: 0; } figure.half { flex: 1 1 440px; }
figure.half img { max-width: min(100%, 560px); } /* also where one stands alone in its row */
figure img { max-width: 100%; height: auto; display: block; background: #fff; border-radius: 6px; border: 1px solid var(--line); box-sizing: border-box; }
footer { margin-top: 40px; border-top: 1px solid var(--line); padding-top: 8px; overflow-wrap: anywhere; }
@media (max-width: 600px) { th, td { padding: 4px 6px; } main { padding: 16px 12px 32px; } }
@media print {
  :root { --ink: #000; --muted: #444; --paper: #fff; --line: #bbb; --stripe: #f3f3f3; --link: #000; }
  body { font-size: 10pt; } main { max-width: none; padding: 0; } nav, .filter { display: none; }
  figure, table { break-inside: avoid; } h2 { break-after: avoid; } figure.half { flex-basis: 45%; }
}
`;

function sectionOf({ title, text = [], tables = [], figures = [] }: ReportSection, i: number): string {
  return [
    `<section id="s${i}">`,
    `<h2>${escaped(title)}</h2>`,
    ...text.map((paragraph) => `<p>${escaped(paragraph)}</p>`),
    ...tables.map(tableOf),
    ...(figures.length > 0 ? ['<div class="figures">', ...figures.map(figureOf), '</div>'] : []),
    '</section>',
  ].join('\n');
}

function tableOf({ caption, columns, rows, isSortable = false, isFilterable = false }: ReportTable): string {
  const heading = (text: string) => (isSortable ? `<button type="button">${escaped(text)}</button>` : escaped(text));
  const cells = (tag: 'th' | 'td', texts: readonly string[]) =>
    texts.map((text) => `<${tag}>${text}</${tag}>`).join('');
  return [
    ...(isFilterable ? [filterField] : []),
    `<div class="scroll"><table${isSortable ? ' class="sortable"' : ''}>`,
    caption ? `<caption>${escaped(caption)}</caption>` : '',
    `<thead><tr>${cells('th', columns.map(heading))}</tr></thead>`,
    `<tbody>${rows.map((row) => `<tr>${cells('td', row.map(cellOf))}</tr>`).join('\n')}</tbody>`,
    '</table></div>',
  ].join('\n');
}

const cellOf = (cell: ReportCell): string => (typeof cell === 'string' ? escaped(cell) : pictureOf(cell));

/** The scripts that some table needs. */
function scripts(sections: readonly ReportSection[]): string {
  const tables = sections.flatMap((section) => section.tables ?? []);
  return [
    ...(tables.some(({ isSortable }) => isSortable) ? [sortingScript] : []),
    ...(tables.some(({ isFilterable }) => isFilterable) ? [filterScript] : []),
  ]
    .map((script) => `<script>${script}</script>\n`)
    .join('');
}

function figureOf({ image, alt, caption, width = 'full' }: ReportFigure): string {
  const { displayWidth } = kindOf(image);
  const img = pictureOf({ image, alt }, displayWidth ? ` width="${displayWidth}"` : '');
  return `<figure class="${width}">${img}${caption ? `<figcaption>${escaped(caption)}</figcaption>` : ''}</figure>`;
}

function pictureOf({ image, alt }: Pick<ReportFigure, 'image' | 'alt'>, size = ''): string {
  const data = Buffer.from(image).toString('base64');
  return `<img src="data:${kindOf(image).type};base64,${data}" alt="${escaped(alt)}"${size}>`;
}

/** PNG files begin with their signature; everything else is SVG. */
function kindOf(image: Uint8Array): { readonly type: string; readonly displayWidth?: number } {
  const isPng = image[0] === 0x89 && image[1] === 0x50;
  if (!isPng) return { type: 'image/svg+xml' };
  const pixels = new DataView(image.buffer, image.byteOffset).getUint32(16);
  return { type: 'image/png', displayWidth: Math.min(pixels, WIDEST) };
}

/** Pixels of a page's column. */
const WIDEST = 1040;

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

const escaped = (text: string) => text.replace(/[&<>"]/g, (character) => entities[character]!);
