// Which tests evaluate which places of the sources: each test file runs once over sources with marks.
import { digest, keep, readKept } from './kept-files.ts';
import type { Mutant, Site } from './mutant.ts';
import { mutantsOf, withMarks } from './mutants.ts';
import { testSupport, textOf } from './rooms.ts';
import type { Suite } from './suite.ts';

/** The places that one test file evaluates, by number. */
interface FileCoverage {
  readonly key: string;
  readonly milliseconds: number;
  /** Places evaluated outside tests: all tests may depend on them. */
  readonly outside: readonly number[];
  readonly tests: readonly { readonly id: string; readonly milliseconds: number; readonly places: readonly number[] }[];
}

/** The tests of one file that evaluate a place. */
export interface Judge {
  readonly file: string;
  /** All of the file where left out. */
  readonly testIds?: readonly string[];
  /** Whether the tests evaluate nothing of the mutant's file: they load it only. */
  readonly isLoadingOnly: boolean;
  /** How long they took when they were recorded, with the loading of the file. */
  readonly milliseconds: number;
}

const placeName = (file: string, { start, end }: Site): string => `${file}:${start}:${end}`;

/** Places of all sources, numbered. */
class Places {
  readonly #numbers = new Map<string, number>();
  /** The numbers of a file's places: from … to, `to` not among them. */
  readonly #ranges = new Map<string, readonly [from: number, to: number]>();
  readonly texts: ReadonlyMap<string, string>;
  /** The sources with marks. */
  readonly marked = new Map<string, string>();

  constructor(sources: readonly string[]) {
    this.texts = new Map(sources.map((file) => [file, textOf(file)]));
    for (const [file, text] of this.texts) {
      const sites = new Map(mutantsOf(file, text).map(({ site }) => [placeName(file, site), site]));
      const first = this.#numbers.size;
      for (const name of sites.keys()) this.#numbers.set(name, this.#numbers.size);
      this.#ranges.set(file, [first, this.#numbers.size]);
      this.marked.set(
        file,
        withMarks(text, [...sites.values()], (i) => `globalThis.flowvaeMarks[${first + i}]=1`),
      );
    }
  }

  numberOf({ file, site }: Mutant): number {
    return this.#numbers.get(placeName(file, site))!;
  }

  /** Whether a place is one of a file's. */
  isOf(file: string): (place: number) => boolean {
    const [from, to] = this.#ranges.get(file)!;
    return (place) => place >= from && place < to;
  }
}

/** Of all test files. */
export class Coverage {
  readonly #places: Places;
  readonly #files = new Map<string, FileCoverage>();

  constructor(sources: readonly string[]) {
    this.#places = new Places(sources);
  }

  /**
   * Runs the test files whose coverage is not known, or was of other texts. @throws Error if a test fails: nothing
   * could be judged by it
   */
  async record(suite: Suite, tests: readonly string[], say: (line: string) => void): Promise<void> {
    const common = digest(...this.#places.texts.keys(), ...this.#places.texts.values(), ...testSupport().map(textOf));
    const missing: string[] = [];
    const keys = new Map(tests.map((file) => [file, digest(common, textOf(file))]));
    for (const [file, key] of keys) {
      const kept = JSON.parse(readKept(keptName(file)) ?? '{}') as Partial<FileCoverage>;
      if (kept.key === key) this.#files.set(file, kept as FileCoverage);
      else missing.push(file);
    }
    if (missing.length === 0) return;
    for (const [file, text] of this.#places.marked) await suite.change(file, text);
    for (const [i, file] of missing.entries()) {
      const { end, failure, tests: ran, passedMarks, milliseconds } = await suite.run({ file, timeout: 1_200_000 });
      if (end !== 'passed') throw new Error(`${file} ${end} without a mutant: ${failure}`);
      say(`coverage ${i + 1}/${missing.length}: ${file}, ${(milliseconds / 1000).toFixed(1)} s`);
      const places = ran.map(({ passedMarks: passed, ...test }) => ({ ...test, places: passed }));
      const found = { key: keys.get(file)!, milliseconds, outside: passedMarks, tests: places };
      keep(keptName(file), JSON.stringify(found));
      this.#files.set(file, found);
    }
    for (const file of this.#places.marked.keys()) await suite.change(file, undefined);
  }

  /**
   * The tests that evaluate a mutant's place. A place that is evaluated while its file is loaded, such as a constant,
   * belongs to the tests that evaluate any other place of that file, and after them to all others.
   */
  judgesOf(mutant: Mutant): Judge[] {
    const place = this.#places.numberOf(mutant);
    const isOfFile = this.#places.isOf(mutant.file);
    return [...this.#files].flatMap(([file, { milliseconds, outside, tests }]): Judge[] => {
      const isOutside = outside.includes(place);
      const those = tests.filter(({ places }) => (isOutside ? places.some(isOfFile) : places.includes(place)));
      if (those.length === 0) return isOutside ? [{ file, milliseconds, isLoadingOnly: true }] : [];
      const spent = (of: typeof tests) => of.reduce((sum, test) => sum + test.milliseconds, 0);
      const loading = Math.max(0, milliseconds - spent(tests));
      const testIds = those.map(({ id }) => id);
      return [{ file, testIds, isLoadingOnly: false, milliseconds: loading + spent(those) }];
    });
  }
}

const keptName = (file: string): string => `coverage/${file.replaceAll('/', '-')}.json`;
