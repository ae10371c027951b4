// Verdicts so far, so that a run that was stopped goes on: one line each, of a mutant of a certain text.
import { digest, keepMore, readKept } from './kept-files.ts';
import { type Mutant, nameOf } from './mutant.ts';
import { textOf } from './rooms.ts';
import type { Verdict } from './verdict.ts';

const keptName = 'verdicts.jsonl';

/** A mutant is known by the text of its file and by its name. */
const keyOf = (mutant: Mutant): string => digest(textOf(mutant.file), nameOf(mutant));

export class Journal {
  readonly #verdicts = new Map<string, Verdict>();

  constructor() {
    for (const line of (readKept(keptName) ?? '').split('\n')) {
      const known = entryIn(line);
      if (known) this.#verdicts.set(known.key, known.verdict);
    }
  }

  verdictOf(mutant: Mutant): Verdict | undefined {
    return this.#verdicts.get(keyOf(mutant));
  }

  note(mutant: Mutant, verdict: Verdict): void {
    const key = keyOf(mutant);
    this.#verdicts.set(key, verdict);
    keepMore(keptName, JSON.stringify({ key, name: nameOf(mutant), verdict }));
  }
}

/** The entry of a line; a killed run, or a full disk, leaves half a line behind. */
function entryIn(line: string): { readonly key: string; readonly verdict: Verdict } | undefined {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
