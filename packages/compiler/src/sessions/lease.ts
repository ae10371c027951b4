// A resource that is freed once, after its last use.
import { ExpectationError } from '@flowvae/tensor';

/** Counts the uses of a resource: freeing waits for current uses, and later uses are refused. */
export class Lease {
  readonly #release: () => Promise<void>;
  readonly #onUse: () => void;
  #uses = 0;
  #freed: Promise<void> | undefined;
  #idle: (() => void) | undefined;

  constructor(release: () => Promise<void>, onUse: () => void = () => {}) {
    this.#release = release;
    this.#onUse = onUse;
  }

  /**
   * Uses the resource.
   *
   * @throws ExpectationError after the resource is freed, or waits to be freed
   */
  async use<T>(work: () => Promise<T>): Promise<T> {
    if (this.#freed) {
      throw new ExpectationError({
        where: 'run',
        expected: 'an executable that is kept',
        received: 'one that was disposed of, or made room for other shapes',
        remedy: 'ask specialise() for it again, or raise cacheSize',
      });
    }
    this.#uses++;
    this.#onUse();
    try {
      return await work();
    } finally {
      this.#uses--;
      if (this.#uses === 0) this.#idle?.();
    }
  }

  /** Frees the resource after its current uses; resolves then. */
  free(): Promise<void> {
    this.#freed ??= this.#whenIdle().then(this.#release);
    return this.#freed;
  }

  #whenIdle(): Promise<void> {
    if (this.#uses === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#idle = resolve;
    });
  }
}
