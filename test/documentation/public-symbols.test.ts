// Every public symbol of every package has a docstring.
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, it } from 'vitest';
import { undocumented } from './public-symbols.ts';

const packages = fileURLToPath(new URL('../../packages', import.meta.url));
const entries = Object.fromEntries(readdirSync(packages).map((name) => [name, join(packages, name, 'src/index.ts')]));

/** One package more, of which we know what is missing; all are looked at together, as libraries take most of the time. */
const made =
  '/** Told. */\nexport const a = 1;\nexport const b = 2; // not a docstring\n/** Told. */\nexport class C {\n  told() {}\n  #hidden() {}\n}\n';

let found: ReturnType<typeof undocumented>;
beforeAll(() => {
  const folder = mkdtempSync(join(tmpdir(), 'flowvae-symbols-'));
  try {
    const entry = join(folder, 'index.ts');
    writeFileSync(entry, made);
    found = undocumented({ ...entries, made: entry });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
const isMade = (path: string) => path.startsWith('made: ');

it('no public symbol is without a docstring', () => {
  expect(found.missing.filter((path) => !isMade(path))).toEqual([]);
  expect(found.count).toBeGreaterThan(300);
});

it('one that has none is named', () => {
  expect(found.missing.filter(isMade)).toEqual(['made: b', 'made: C.told']);
});
