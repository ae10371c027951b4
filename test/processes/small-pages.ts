// Pictures with an eighth of their width and height, in this process: drawing and packing pixels takes a third of a
// short run. Imported before everything else, or a setup file.
import { vi } from 'vitest';
import { SMALLER } from './smaller.ts';

type PngPages = typeof import('../../packages/figures/src/pages/png-page.ts');

vi.mock('../../packages/figures/src/pages/png-page.ts', async (original) => {
  const { pngPage } = await original<PngPages>();
  return {
    pngPage: ({ pixelRatio = 2, ...form }) => pngPage({ pixelRatio: pixelRatio / SMALLER, ...form }),
  } satisfies PngPages;
});
