// Every public symbol has a docstring and one name, and `flowvae` offers all that the packages' pages name.
// In every quick run.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  advertised,
  namesOfTwoMeanings,
  type PublicSymbols,
  publicSymbols,
  symbolsOfTwoNames,
  undocumented,
} from './public-symbols.ts';

const packages = fileURLToPath(new URL('../../packages', import.meta.url));
const rooms = readdirSync(packages);
const entries = Object.fromEntries(rooms.map((name) => [name, join(packages, name, 'src/index.ts')]));

/** Two packages more, of which we know their faults; all are read together, as libraries take most of the time. */
const made = {
  first:
    '/** Told. */\nexport const a = 1;\nexport const b = 2; // not a docstring\n/** Told. */\nexport class C {\n  told() {}\n  #hidden() {}\n}\n',
  second: "/** Told. */\nexport const b = 3;\nexport { a as renamed, C } from './first.ts';\n",
};

let ours: PublicSymbols;
let faulty: PublicSymbols;
beforeAll(() => {
  const folder = mkdtempSync(join(tmpdir(), 'flowvae-symbols-'));
  try {
    const files = Object.entries(made).map(([name, text]) => {
      const entry = join(folder, `${name}.ts`);
      writeFileSync(entry, text);
      return [name, entry] as const;
    });
    const { checker, exports } = publicSymbols({ ...entries, ...Object.fromEntries(files) });
    const those = (isMade: boolean) => new Map([...exports].filter(([name]) => name in made === isMade));
    ours = { checker, exports: those(false) };
    faulty = { checker, exports: those(true) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

describe('a public symbol', () => {
  it('has a docstring', () => {
    const { missing, count } = undocumented(ours);
    expect(missing).toEqual([]);
    expect(count).toBeGreaterThan(300);
  });

  it('without a docstring is named', () => {
    expect(undocumented(faulty).missing).toEqual(['first: b', 'first: C.told', 'second: C.told']);
  });

  it('has one name, and its name one meaning, in all packages', () => {
    expect(namesOfTwoMeanings(ours)).toEqual([]);
    expect(symbolsOfTwoNames(ours)).toEqual([]);
  });

  it('of two names, and a name of two meanings, are found', () => {
    expect(namesOfTwoMeanings(faulty)).toEqual(['b: first | second']);
    expect(symbolsOfTwoNames(faulty)).toEqual(['a, renamed']);
  });
});

describe('flowvae', () => {
  const face = () => ours.exports.get('flowvae')!;

  it.each(rooms)('exports the names on the page of %s', (room) => {
    const names = advertised(ours, room, readFileSync(join(packages, room, 'README.md'), 'utf8'));
    expect(names.length).toBeGreaterThan(1);
    expect(names.filter((name) => face().get(name) !== ours.exports.get(room)!.get(name))).toEqual([]);
  });

  it('is asked for names in blocks and in sentences alone', () => {
    const page = 'The C of `a` and b:\n```ts\nconsole.log(C);\n```\n```sh\nb\n```\n';
    expect(advertised(faulty, 'first', page)).toEqual(['a', 'C']);
  });
});
