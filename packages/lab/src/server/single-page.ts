// The page as one HTML file, which opens without a server.
import { type PageFiles, readPageFile } from './page-files.ts';

/** A script's text in HTML: nothing in it ends the element. */
const scriptText = (text: string): string => text.replaceAll('</script', '<\\/script').replaceAll('<!--', '<\\!--');

const textOf = (files: PageFiles, name: string): string => new TextDecoder().decode(readPageFile(files.get(name)!));

/**
 * The page with its style, its scripts, its data and those of a run inside. It has no ONNX Runtime, whose WebAssembly
 * would be most of it, and so no engine for a graphics card.
 */
export function singlePage(files: PageFiles): string {
  const kept = [...files].filter(([name]) => /^(run|data)\//.test(name));
  const inside = Object.fromEntries(
    [...kept, ['worker.js', files.get('single/worker.js')!] as const].map(([name, file]) => [
      name,
      Buffer.from(readPageFile(file)).toString('base64'),
    ]),
  );
  const scripts = [`globalThis.flowvaeFiles = ${JSON.stringify(inside)};`, textOf(files, 'single/page.js')];
  return textOf(files, 'index.html')
    .replace('<link rel="stylesheet" href="lab.css" />', () => `<style>${textOf(files, 'lab.css')}</style>`)
    .replace('<script type="module" src="page.js"></script>', '')
    .replace('</body>', () => `${scripts.map((text) => `<script>${scriptText(text)}</script>`).join('')}</body>`);
}
