// The words around the flow's picture.
import { describe, expect, it } from 'vitest';
import { pictureWords } from '../../../packages/lab/src/page/flow/explorer/picture-words.ts';

describe('the words of the picture', () => {
  it('name q and its formula behind whole layers', () => {
    expect(pictureWords(2, 6, 900).caption).toBe('q after 2.0 of 6 layers');
    expect(pictureWords(2, 6, 900).hint).toContain('900 mesh points, log q = log q₀ − Σ log|det J|');
    expect(pictureWords(0, 6, 'inverse').hint).toContain('by the inverse');
  });

  it('claim no density between two layers', () => {
    const { caption, label, hint } = pictureWords(0.5, 6, 900);
    expect(caption).toBe('on its way, after 0.5 of 6 layers');
    expect(hint).toBe('Between two layers: points on their way, the colour only blends.');
    expect(`${caption} ${label} ${hint}`).not.toMatch(/\bq\b|log|[Dd]ensity/);
  });
});
