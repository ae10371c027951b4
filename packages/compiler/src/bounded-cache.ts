// A map that keeps the entries used last.

/** Keeps up to `size` entries; `forget` is told which one made room for another. */
export class BoundedCache<Entry> {
  readonly #entries = new Map<string, Entry>(); // in the order of their last use
  readonly #size: number;
  readonly #forget: (entry: Entry) => void;

  constructor(size: number, forget: (entry: Entry) => void) {
    this.#size = size;
    this.#forget = forget;
  }

  /** The entry of a key, now the one used last. */
  use(key: string): Entry | undefined {
    const entry = this.#entries.get(key);
    if (entry !== undefined) {
      this.#entries.delete(key);
      this.#entries.set(key, entry);
    }
    return entry;
  }

  /** Adds an entry under a key that has none. */
  add(key: string, entry: Entry): void {
    this.#entries.set(key, entry);
    if (this.#entries.size <= this.#size) return;
    const [oldest, forgotten] = this.#entries.entries().next().value!;
    this.#entries.delete(oldest);
    this.#forget(forgotten);
  }

  /** Removes a key's entry if it is still this one. */
  remove(key: string, entry: Entry): void {
    if (this.#entries.get(key) === entry) this.#entries.delete(key);
  }

  /** Empties the cache and returns what was in it. */
  clear(): Entry[] {
    const all = [...this.#entries.values()];
    this.#entries.clear();
    return all;
  }
}
