// The one-file report: everything is inside, nothing is loaded, and text stays text.
import { htmlReport, lineChart, withRelatedPage } from '@flowvae/figures';
import { expect, it } from 'vitest';

const points = [
  { x: 0, y: 1 },
  { x: 1, y: 2 },
];
const chart = {
  title: 'Line',
  xLabel: 'step',
  yLabel: 'nats',
  series: [{ label: 'one', points }],
  width: 200,
  height: 150,
};
const png = lineChart(chart);
const svg = lineChart(chart, { format: 'svg' });
const html = htmlReport({
  title: 'Run <b>& "more"',
  subtitle: 'what & where',
  sections: [
    {
      title: 'Numbers',
      text: ['a < b'],
      tables: [{ caption: 'nats', columns: ['term', 'mean'], rows: [['<script>', '1.0']] }],
      figures: [
        { image: png, alt: 'a "line"', caption: 'drawn' },
        { image: svg, alt: 'vectors', width: 'half' },
      ],
    },
  ],
  footer: 'command',
});

it('a report holds its figures, byte for byte', () => {
  const images = [...html.matchAll(/<img src="data:(image\/[\w+]+);base64,([^"]+)"/g)];
  expect(images.map(([, type]) => type)).toEqual(['image/png', 'image/svg+xml']);
  expect(
    images.map(([, , data]) => Buffer.compare(Buffer.from(data!, 'base64'), data === images[0]![2] ? png : svg)),
  ).toEqual([0, 0]);
});

it('a report loads nothing: every address is data or a place in the page', () => {
  const addresses = [...html.matchAll(/(?:src|href|srcset|poster|action)\s*=\s*"([^"]*)"/g)].map(
    ([, address]) => address!,
  );
  expect(addresses.length).toBeGreaterThan(2);
  expect(addresses.filter((address) => !/^(data:|#)/.test(address))).toEqual([]);
  expect(html).not.toMatch(/url\(|@import|<script|<link|<iframe|https?:/);
});

it('a report escapes every text', () => {
  expect(html).toContain('<h1>Run &lt;b&gt;&amp; &quot;more&quot;</h1>');
  expect(html).toContain('<td>&lt;script&gt;</td>');
  expect(html).toContain('alt="a &quot;line&quot;"');
  expect(html).toContain('<p>a &lt; b</p>');
});

it('a report closes every tag that it opens', () => {
  for (const tag of ['html', 'body', 'main', 'section', 'table', 'figure', 'div', 'p', 'td', 'th']) {
    const count = (pattern: string) => html.match(new RegExp(pattern, 'g'))?.length;
    expect(count(`<${tag}[ >]`), tag).toBe(count(`</${tag}>`));
  }
});

it('a report gets another line that leads out of it, escaped; a report without such a line stays', () => {
  const related = { text: 'a < b', href: 'lab.html?"' };
  const written = htmlReport({ title: 'One', related: { text: 'before & after' }, sections: [] });
  expect(written).toContain('<p id="related" class="muted">before &amp; after</p>');
  expect(withRelatedPage(written, related)).toBe(htmlReport({ title: 'One', related, sections: [] }));
  expect(withRelatedPage(written, related)).toContain('<a href="lab.html?&quot;">a &lt; b</a>');
  expect(withRelatedPage(html, related)).toBe(html);
});
