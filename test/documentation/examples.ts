// The TypeScript and JavaScript blocks of all Markdown files.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pages } from './pages.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** A block that is meant to run. */
export interface Example {
  /** Which block of which file. */
  readonly name: string;
  readonly language: 'ts' | 'js';
  readonly code: string;
}

/** How a page says that the block below runs for minutes: it is type-checked and not run. */
const LONG = /(^|\n)[^\n]*\bminutes\b[^\n]*\n+$/;

/**
 * The `ts` and `js` blocks of a Markdown text; those after a line about minutes are separate, because they take long.
 */
export function examplesOf(file: string, markdown: string): { examples: Example[]; long: ReadonlySet<Example> } {
  const long = new Set<Example>();
  const examples = [...markdown.matchAll(/^```(ts|js)\n(.*?)^```$/gms)].map((match, i) => {
    const [, language, code] = match;
    const example = { name: `${file}, block ${i + 1}`, language: language as 'ts' | 'js', code: code! };
    if (LONG.test(markdown.slice(0, match.index))) long.add(example);
    return example;
  });
  return { examples, long };
}

/**
 * Languages of blocks: two run, `sh` and `bash` are commands, `text` quotes errors, `diff` shows files of ours, `json`
 * the readers' tsconfig, `yaml` sweeps, which a test reads.
 */
const languages = new Set(['ts', 'js', 'sh', 'bash', 'text', 'diff', 'json', 'yaml']);

/** Blocks that no test looks at, as `file: language`. */
export const unknownBlocks = (file: string, markdown: string): string[] =>
  [...markdown.matchAll(/^[ \t]*(```+|~~~+)([^\n]*)\n.*?^[ \t]*\1$/gms)]
    .map(([, fence, language]) => (fence === '```' ? language! : `${fence}${language}`))
    .filter((language) => !languages.has(language))
    .map((language) => `${file}: ${language || 'no language'}`);

const texts = () => pages().map((file) => [file, readFileSync(join(root, file), 'utf8')] as const);

/** Every example of every page, but those that take minutes. */
export const allExamples = (): { examples: Example[]; long: ReadonlySet<Example> } => {
  const found = texts().map(([file, text]) => examplesOf(file, text));
  return {
    examples: found.flatMap(({ examples }) => examples),
    long: new Set(found.flatMap(({ long }) => [...long])),
  };
};

/** The sweeps of all pages. */
export const allSweeps = (): string[] =>
  texts().flatMap(([, text]) => [...text.matchAll(/^```yaml\n(.*?)^```$/gms)].map(([, yaml]) => yaml!));

/** The blocks of all pages that no test looks at. */
export const allUnknownBlocks = (): string[] => texts().flatMap(([file, text]) => unknownBlocks(file, text));
