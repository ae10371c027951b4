// A figure without text must not pass for a figure: the font's failures are refused, not drawn.
import { createRequire } from 'node:module';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

// The canvas that figures itself draws on; the native module is one and the same object for every importer.
const fromFigures = createRequire(new URL('../../packages/figures/package.json', import.meta.url));
const { GlobalFonts, createCanvas } = fromFigures('@napi-rs/canvas');

const chart = { title: 't', xLabel: 'x', yLabel: 'y', series: [{ label: 'a', points: [{ x: 0, y: 1 }] }] };

describe('the font', () => {
  beforeEach(() => vi.resetModules()); // the font is registered once in the life of the module
  afterEach(() => vi.restoreAllMocks());

  it('is refused where its file cannot be read', async () => {
    vi.spyOn(GlobalFonts, 'registerFromPath').mockReturnValue(null);
    const { lineChart } = await import('@flowvae/figures');
    expect(() => lineChart(chart)).toThrow(
      /^figures: font: expected a readable TrueType file, got .*DejaVuSans.ttf; reinstall/,
    );
  });

  it('is refused where text measured with it has no width', async () => {
    vi.spyOn(Object.getPrototypeOf(createCanvas(1, 1).getContext('2d')), 'measureText').mockReturnValue({ width: 0 });
    const { lineChart } = await import('@flowvae/figures');
    expect(() => lineChart(chart)).toThrow(
      /^figures: font: expected text in .*"flowvae Sans" to have a width, got 0 pixels/,
    );
  });

  it('is the only one: a chart has the same bytes with any fonts of the host', async () => {
    const { barChart } = await import('@flowvae/figures');
    const series = ['a', 'b'].map((label) => ({ label, values: [1] }));
    const options = { title: 'title', note: 'note', xLabel: 'x', yLabel: 'y', categories: ['c'], series };
    const before = barChart(options);
    const monospaced = fromFigures.resolve('dejavu-fonts-ttf/ttf/DejaVuSansMono.ttf');
    for (const name of ['Helvetica Neue', 'Helvetica', 'Arial']) GlobalFonts.registerFromPath(monospaced, name);
    expect(Buffer.compare(barChart(options), before)).toBe(0);
  });
});
