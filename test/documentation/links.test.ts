// Relative links and pictures of all pages lead to files that are there.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { pages } from './pages.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Targets of Markdown links inside the repository, without their anchors. */
const targetsIn = (markdown: string) =>
  [...markdown.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target]) => target!.replace(/#.*/, ''))
    .filter((target) => target !== '' && !/^[a-z]+:/.test(target));

it.each(pages())('the links of %s', (page) => {
  const broken = targetsIn(readFileSync(join(root, page), 'utf8')).filter(
    (target) => !existsSync(join(root, dirname(page), target)),
  );
  expect(broken).toEqual([]);
});

it('the search sees pictures and links, but neither addresses nor anchors', () => {
  const text = '![p](a/b.png) [l](c.md#part) [w](https://example.org) [here](#limits)';
  expect(targetsIn(text)).toEqual(['a/b.png', 'c.md']);
});
