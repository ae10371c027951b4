// Every line of every sh block is one that its program would take.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { pages } from './pages.ts';
import { commandsIn, refusalOf } from './shell-lines.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

it('commands of the pages', async () => {
  const found = pages().flatMap((page) =>
    commandsIn(readFileSync(join(root, page), 'utf8')).map((command) => ({ page, command })),
  );
  expect(found.length).toBeGreaterThan(20);
  const refused = [];
  for (const { page, command } of found) {
    const why = await refusalOf(command);
    if (why !== undefined) refused.push(`${page}: ${command}: ${why}`);
  }
  expect(refused).toEqual([]);
});

it.each([
  ['pnpm exec flowvae train --layers 3', /unknown option '--layers'/],
  ['pnpm exec flowvae train --steps 1e3', /--steps: expected a whole number/],
  ['pnpm exec flowvae evaluate', /missing required argument 'run'/],
  ['npx -y pnpm@10.34.9 start --stepz 3', /unknown option '--stepz'/],
  ['npx -y pnpm@10.34.9 begin', /begin: no script/],
  ['npx -y pnpm@10.34.9 exec tsx experiments/fig9/run.ts', /experiments\/fig9\/run\.ts: no such file/],
  ['npx -y pnpm@10.34.9 exec tsx experiments/fig1/run.ts --colour red', /--colour: not in /],
  ['npx -y pnpm@10.34.9 exec tsc -p experiments/fig9', /experiments\/fig9: no tsconfig\.json/],
  ['flovae train', /flovae: no program we know/],
])('%s is refused', async (command, why) => {
  expect(await refusalOf(command)).toMatch(why);
});

it('comments, loops, redirections and the ends of continued lines are no commands', () => {
  const block = '```sh\n# first\nfor seed in 0 1; do\n  flowvae train \\\n    --seed $seed > log # said\ndone\n```\n';
  expect(commandsIn(block).map((line) => line.replace(/\s+/g, ' '))).toEqual(['flowvae train --seed $seed > log']);
});

it('a copy of a folder stands for the folder', () => {
  const block = '```sh\ncp -r experiments/fig1 experiments/mine\ntsx experiments/mine/run.ts\n```\n';
  expect(commandsIn(block).at(-1)).toBe('tsx experiments/fig1/run.ts');
});
