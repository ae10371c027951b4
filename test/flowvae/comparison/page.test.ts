// The page of a comparison in a browser, and the figure of its learning curves.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { comparedCurves, compareRuns, comparisonPage } from 'flowvae';
import { chromium } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { executablePath, hasChromium } from '../../compiler/export/chromium.ts';
import { flowvaeHere } from '../in-process.ts';
import { freshFolder, methodsByHand, runByHand } from './run-folders.ts';

const folder = methodsByHand(freshFolder(), { none: [2, 2.1], 'planar*2': [0.05, -0.1], 'planar*10': [-0.5, -11] });
const comparison = compareRuns([folder]);

describe('the page of a comparison', () => {
  it('loads nothing, and is the same for the same runs', () => {
    const html = comparisonPage(comparison);
    expect(html).not.toMatch(/(src|href)="(?!#|data:)/);
    expect(html).toContain('data:image/svg+xml;base64,');
    expect(html).toBe(comparisonPage(compareRuns([folder])));
  });

  it('takes quotes and tags in names as text', () => {
    const odd = freshFolder();
    runByHand(odd, 'a', { nll: [1, 2], config: { flow: '</script><b>"\'&amp;' }, bounds: [1, 2] });
    const html = comparisonPage(compareRuns([odd], { columns: ['flow'] }));
    expect(html).not.toContain('<b>');
    expect(html).toContain('<td>&lt;/script&gt;&lt;b&gt;&quot;');
    expect(html).toContain('&amp;amp;');
    expect(html.match(/<script>/g)).toHaveLength(html.match(/<\/script>/g)!.length);
  });

  it.skipIf(!hasChromium())('sorts and filters by keyboard, without a network (needs Chromium)', async () => {
    const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
    try {
      const tab = await browser.newPage();
      const asked: string[] = [];
      tab.on('request', (request) => asked.push(request.url()));
      await tab.setContent(comparisonPage(comparison));
      const rows = () => tab.locator('#s0 tbody tr:visible td:first-child').allInnerTexts();
      expect(await rows()).toEqual(['planar*10', 'planar*2', 'none']);
      await tab.locator('#s0').getByRole('button', { name: 'test NLL' }).focus();
      await tab.keyboard.press('Enter');
      expect(await rows()).toEqual(['planar*10', 'planar*2', 'none']);
      await tab.keyboard.press('Enter');
      expect(await rows()).toEqual(['none', 'planar*2', 'planar*10']);
      await tab.locator('#s0').getByRole('searchbox', { name: 'Rows with the words' }).focus();
      await tab.keyboard.type('PLANAR best');
      expect(await rows()).toEqual(['planar*10']);
      expect(await tab.locator('#s0 output').textContent()).toBe('1 of 3 rows');
      expect(asked.filter((url) => !url.startsWith('data:'))).toEqual([]);
    } finally {
      await browser.close();
    }
  });

  it('is written by the command beside a figure in the format of its ending', async () => {
    const out = freshFolder();
    const [html, figure] = [join(out, 'page.html'), join(out, 'curves.pdf')];
    const { code, stdout } = await flowvaeHere(['compare', folder, '--html', html, '--figure', figure]);
    expect([code, stdout.split(' ')[0]]).toEqual([0, 'flow']);
    expect(readFileSync(html, 'utf8')).toBe(comparisonPage(comparison));
    expect(readFileSync(figure).subarray(0, 5).toString()).toBe('%PDF-');
  });
});

it('comparedCurves draws nothing of runs without metrics, and the command says so', async () => {
  const empty = freshFolder();
  runByHand(empty, 'a', { nll: [1, 2] });
  expect(comparedCurves(compareRuns([empty]))).toBeUndefined();
  const { code, stderr } = await flowvaeHere(['compare', empty, '--figure', join(freshFolder(), 'a.png')]);
  expect([code, stderr]).toEqual([2, 'flowvae: --figure: expected runs with a bound by step, got none with metrics\n']);
});
