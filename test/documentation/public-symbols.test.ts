// Every public symbol of every package has a docstring.
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { undocumented } from './public-symbols.ts';

const packages = fileURLToPath(new URL('../../packages', import.meta.url));
const entries = Object.fromEntries(readdirSync(packages).map((name) => [name, join(packages, name, 'src/index.ts')]));

it('no public symbol is without a docstring', () => {
  const { missing, count } = undocumented(entries);
  expect(missing).toEqual([]);
  expect(count).toBeGreaterThan(300);
}, 120_000);

it('one that has none is named', () => {
  const folder = mkdtempSync(join(tmpdir(), 'flowvae-symbols-'));
  try {
    const entry = join(folder, 'index.ts');
    writeFileSync(
      entry,
      '/** Told. */\nexport const a = 1;\nexport const b = 2; // not a docstring\n/** Told. */\nexport class C {\n  told() {}\n  #hidden() {}\n}\n',
    );
    expect(undocumented({ made: entry })).toEqual({ missing: ['made: b', 'made: C.told'], count: 4 });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
