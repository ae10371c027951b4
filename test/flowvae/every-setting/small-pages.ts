// Charts with an eighth of their width and height: drawing pixels would take a third of these tests' time. Imported
// before everything else.
import { vi } from 'vitest';

type PngPages = typeof import('../../../packages/figures/src/pages/png-page.ts');

vi.mock('../../../packages/figures/src/pages/png-page.ts', async (original) => {
  const { pngPage } = await original<PngPages>();
  return {
    pngPage: ({ pixelRatio = 0.25, ...form }) => pngPage({ pixelRatio, ...form }),
  } satisfies PngPages;
});
