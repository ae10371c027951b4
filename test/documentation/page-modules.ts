// The modules that pages show, by their names: tests of the command run them.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { fileNameOf } from './example-project.ts';
import { examplesOf } from './examples.ts';

const guides = fileURLToPath(new URL('../../packages/flowvae/docs', import.meta.url));

/** The text of a module, such as `sinh-arcsinh.ts` of `own-flow.md`. */
export function pageModule(page: string, name: string): string {
  const { examples } = examplesOf(page, readFileSync(`${guides}/${page}`, 'utf8'));
  const found = examples.find(({ code }) => fileNameOf(code) === name);
  if (!found) throw new Error(`${page} shows no ${name}`);
  return found.code;
}
