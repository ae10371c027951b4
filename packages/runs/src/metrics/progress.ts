// Progress on the terminal: one line that rewrites itself, or a line at intervals if the output is no terminal.

import type { Callback, FitStart, HistoryEntry } from '@flowvae/training';
import { describeBoundSum, isPartOfBound } from './bound-sum.ts';

/** The stream for progress; `process.stderr` fits. */
export interface ProgressStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  /** Every state on a line of its own, and none left out. */
  readonly everyState?: boolean;
  write(text: string): unknown;
  /** The sink of notices that must not be missed, even if progress is not wanted. Default: `write`. */
  readonly notice?: (text: string) => unknown;
}

/** Interval between lines, for outputs that cannot rewrite lines. */
const QUIET_INTERVAL_MS = 10_000;

/** The line of text for work in progress. */
export class ProgressLine {
  readonly #stream: ProgressStream;
  #lastPrinted = Number.NEGATIVE_INFINITY;
  #open = false;

  constructor(stream: ProgressStream) {
    this.#stream = stream;
  }

  /**
   * Shows a new state; off a terminal at most every ten seconds, unless every state is wanted or it is the `last`.
   *
   * @param state a text, or pieces of one: a terminal that is too narrow gets the first pieces only, each whole
   */
  show(state: string | readonly string[], last = false): void {
    const pieces = typeof state === 'string' ? [state] : state;
    const text = pieces.join('');
    if (this.#stream.isTTY && !this.#stream.everyState) {
      // some terminals report 0 columns; the last column stays free, because some terminals would begin a new line
      this.#stream.write(`\r\x1b[2K${fitted(pieces, (this.#stream.columns || 80) - 1)}`);
      this.#open = true;
    } else if (last || this.#stream.everyState || performance.now() - this.#lastPrinted >= QUIET_INTERVAL_MS) {
      this.#stream.write(`${text}\n`);
      this.#lastPrinted = performance.now();
    }
    if (last) this.end();
  }

  /** Writes an important notice on its own line. */
  notice(text: string): void {
    this.end();
    if (this.#stream.notice) this.#stream.notice(`${text}\n`);
    else this.#stream.write(`${text}\n`);
  }

  /** Ends the line, so that later output starts on a new one. */
  end(): void {
    if (this.#open) this.#stream.write('\n');
    this.#open = false;
  }
}

/** As many whole pieces as fit; if even the first is too long, its beginning. */
function fitted(pieces: readonly string[], width: number): string {
  let text = '';
  for (const piece of pieces) {
    if (text.length + piece.length > width) break;
    text += piece;
  }
  return text === '' ? `${pieces[0]!.slice(0, Math.max(0, width - 1))}…` : text;
}

/**
 * A callback of `fit` that shows step, bound, its terms, ms per step and the time left.
 *
 * @param line the line for progress; others may end it to write something
 */
export function trainingProgress(stream: ProgressStream, line = new ProgressLine(stream)) {
  let steps = 0;
  return {
    onStart({ engine, fallback, rowsTogether, ...start }: FitStart) {
      steps = start.steps;
      if (fallback) stream.write(`${fallback}\n`);
      else if (start.from !== steps) stream.write(`training ${steps} steps, ${engine} engine\n`);
      if (rowsTogether && start.from !== steps)
        stream.write(`threads share operators, not the rows of a batch: ${rowsTogether}\n`);
    },
    onEntry({ step, terms, msPerStep }: HistoryEntry) {
      const left = formatDuration(((steps - step) * msPerStep) / 1000);
      const pieces = [
        `step ${step}/${steps}`,
        `  ${left} left`,
        `  ${msPerStep.toFixed(1)} ms/step`,
        ...describeTerms(terms),
      ];
      line.show(pieces, step === steps);
    },
  } satisfies Callback;
}

/** `iwae -98.10, elbo -101.32 = logLikelihood -76.1 + …` in pieces; the terms alone if there is no ELBO. */
function describeTerms({ elbo, ...rest }: HistoryEntry['terms']): string[] {
  const names = Object.keys(rest);
  const listed = (terms: readonly string[]) => terms.map((term, i) => `${i === 0 ? '  ' : ', '}${term}`);
  if (elbo === undefined) return listed(names.map((name) => `${name} ${rest[name]!.toFixed(1)}`));
  const others = names.filter((name) => !isPartOfBound(name)).map((name) => `${name} ${rest[name]!.toFixed(2)}`);
  const sum = describeBoundSum(rest, 1);
  return [...listed([...others, `elbo ${elbo.toFixed(2)}`]), ...(sum ? [` = ${sum}`] : [])];
}

/** `1 m 05 s`, `42 s`. */
export function formatDuration(seconds: number): string {
  const whole = Math.round(seconds);
  const [minutes, rest] = [Math.floor(whole / 60), whole % 60];
  return minutes > 0 ? `${minutes} m ${String(rest).padStart(2, '0')} s` : `${rest} s`;
}
