// A bounded cache: the least recently used entry leaves first.

export class LeastRecentlyUsed<Entry> {
  readonly #entries = new Map<string, Entry>();
  readonly #limit: number;
  readonly #free: (entry: Entry) => void;

  /** @param free called for each entry that leaves the cache */
  constructor(limit: number, free: (entry: Entry) => void) {
    this.#limit = limit;
    this.#free = free;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** The entry of a key, created if absent. */
  get(key: string, create: () => Entry): Entry {
    const entry = this.#entries.get(key) ?? create();
    this.#entries.delete(key); // a Map keeps the order of insertion: the first key is the least recently used one
    this.#entries.set(key, entry);
    if (this.#entries.size > this.#limit) this.delete(this.#entries.keys().next().value!);
    return entry;
  }

  /** The entry of a key, if present; counts as a use. */
  use(key: string): Entry | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry;
  }

  delete(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#entries.delete(key);
    this.#free(entry);
  }

  clear(): void {
    for (const key of [...this.#entries.keys()]) this.delete(key);
  }
}

/** The promise of a key, made if absent. A rejected promise leaves the cache, so that the next call tries again. */
export function promised<Entry>(
  cache: LeastRecentlyUsed<Promise<Entry>>,
  key: string,
  create: () => Promise<Entry>,
): Promise<Entry> {
  return cache.get(key, () => {
    const created = create();
    created.catch(() => {
      if (cache.use(key) === created) cache.delete(key);
    });
    return created;
  });
}
