// Small made-up repositories that break a law about words.
import { type LawCase, mutant } from './law-case.ts';
import * as prose from './prose-laws.ts';

export const proseCases: readonly LawCase[] = [
  {
    law: prose.commentsAreNarrow,
    mutants: {
      'comments of every kind, and no wide text': mutant(
        {
          'test/a.ts': [
            `// ${'a'.repeat(118)}`,
            `const a = 1; /* ${'b'.repeat(105)} */`,
            `const c = '${'c'.repeat(120)}';`,
          ].join('\n'),
          'test/b.ts': `/**\n * ${'d'.repeat(118)}\n */\nexport const d = 1;\n`,
        },
        ...['test/a.ts:1', 'test/a.ts:2', 'test/b.ts:2'].map((place) => `${place}: a comment ends behind column 120`),
      ),
    },
  },
  {
    law: prose.commentsNameThings,
    mutants: {
      'comments of every kind, but no text, no code and no parameter': mutant(
        {
          'packages/vae/src/a.ts': [
            '// What a pass is called.',
            '/**',
            ' * @param what a word',
            ' * @returns what `what` holds',
            ' */',
            "export const say = (what: string) => 'what'; // and what it says: 'what'",
          ].join('\n'),
        },
        ...[1, 4, 6, 6].map((line) => `packages/vae/src/a.ts:${line}: a clause with "what"; name the thing`),
      ),
    },
  },
  {
    law: prose.testsStartWithTheirSubject,
    mutants: {
      'tests and groups of every form, but none inside a group': mutant(
        {
          'test/vae/a.test.ts': [
            "it('refuses no rows', () => {});",
            "describe('chain', () => {",
            "  it('refuses no flow', () => {});",
            '});',
            "it.each([1, 2])('is refused with %i rows', () => {});",
            "describe.each(['a'] as const)('%s', () => {});",
            // biome-ignore lint/suspicious/noTemplateCurlyInString: the text of a test
            'test(`at ${1}`, () => {});',
          ].join('\n'),
        },
        ...['1: "refuses no rows"', '5: "is refused with %i rows"', '7: "at "'].map(
          (found) => `test/vae/a.test.ts:${found} lacks its subject`,
        ),
      ),
    },
  },
];
