// Each error that the page on troubleshooting quotes is one that the code produces, word by word.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { realErrors } from './real-errors.ts';

const page = readFileSync(
  fileURLToPath(new URL('../../packages/flowvae/docs/troubleshooting.md', import.meta.url)),
  'utf8',
);

const quotesIn = (markdown: string) => [...markdown.matchAll(/^```text\n(.*?)\n```$/gms)].map(([, quote]) => quote!);

/** Whether a quote, in which … stands for anything, is the whole of a message. */
const isQuoteOf = (quote: string, message: string) =>
  new RegExp(
    `^${quote
      .split('…')
      .map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'))
      .join('.*')}$`,
    's',
  ).test(message);

it('every quoted error is real, and every real one is quoted', async () => {
  const [quotes, messages] = [quotesIn(page), await realErrors()];
  expect(quotes.length).toBeGreaterThan(10);
  expect(quotes.filter((quote) => !messages.some((message) => isQuoteOf(quote, message)))).toEqual([]);
  expect(messages.filter((message) => !quotes.some((quote) => isQuoteOf(quote, message)))).toEqual([]);
});

it('a quote that is not word by word is noticed', () => {
  expect(isQuoteOf('a: expected …, got 3', 'a: expected 4, got 3')).toBe(true);
  expect(isQuoteOf('a: expected …, got 3', 'a: expected 4, got 3; more')).toBe(false);
  expect(isQuoteOf('a (b)', 'a b')).toBe(false);
});
