// The font of every figure. It comes from npm, because a canvas without a font draws no text and reports no failure.
import { createRequire } from 'node:module';
import { ExpectationError } from '@flowvae/tensor';
import { createCanvas, GlobalFonts } from '@napi-rs/canvas';

const require = createRequire(import.meta.url);

/** Our own family name, so that the host's DejaVu of another version is never used. */
export const fontFamily = 'flowvae Sans';

/** A CSS font of the figures' family. */
export const font = (size: number, weight: 'normal' | 'bold' = 'normal') => `${weight} ${size}px "${fontFamily}"`;

let ready = false;

/**
 * Registers the font on first use; call it before drawing text.
 *
 * @throws ExpectationError if the font cannot be read, or text would be invisible
 */
export function requireFont(): void {
  if (ready) return;
  register(require.resolve('dejavu-fonts-ttf/ttf/DejaVuSans.ttf'));
  register(require.resolve('dejavu-fonts-ttf/ttf/DejaVuSans-Bold.ttf'));
  for (const weight of ['normal', 'bold'] as const) checkDrawsText(font(12, weight));
  ready = true;
}

function register(path: string): void {
  if (GlobalFonts.registerFromPath(path, fontFamily) !== null) return;
  throw new ExpectationError({
    where: 'figures: font',
    expected: 'a readable TrueType file',
    received: path,
    remedy: 'reinstall the package dejavu-fonts-ttf',
  });
}

function checkDrawsText(cssFont: string): void {
  const context = createCanvas(1, 1).getContext('2d');
  context.font = cssFont;
  const { width } = context.measureText('flowvae');
  if (width > 0) return;
  throw new ExpectationError({
    where: 'figures: font',
    expected: `text in ${cssFont} to have a width`,
    received: `${width} pixels`,
    remedy: 'reinstall the packages dejavu-fonts-ttf and @napi-rs/canvas',
  });
}
