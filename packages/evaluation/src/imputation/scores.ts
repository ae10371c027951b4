// Scores of imputed entries against their values: errors of numbers, and right choices of bits and categories.

/** Errors of numbers; NaN without entries. Relative ones are divided by each column's deviation. */
export interface SizeOfErrors {
  /** √ of the mean of (estimate − x)², in the data's units. */
  readonly rootMeanSquare: number;
  /** The mean of |estimate − x|, in the data's units. */
  readonly meanAbsolute: number;
  /** Over entries whose column has a deviation above 0. */
  readonly relativeRootMeanSquare: number;
  /** Over entries whose column has a deviation above 0. */
  readonly relativeMeanAbsolute: number;
}

/** Scores of imputed numbers. */
export interface NumberScores extends SizeOfErrors {
  /** Entries that were held out. */
  readonly entries: number;
  /** The share of values inside the central 90 % interval of the draws; about 0.9 is right. */
  readonly coverage: number;
  /** The errors of the column's mean as the estimate. */
  readonly baseline: SizeOfErrors;
}

/** Scores of choices; NaN without entries. */
export interface RightChoices {
  /** The share of entries whose most probable value is right. */
  readonly correct: number;
  /** The mean of log p(x|x_obs), nats; a probability counts as at least 2^-24. */
  readonly logProbability: number;
}

/** Scores of imputed bits or categories. */
export interface ChoiceScores extends RightChoices {
  /** Entries that were held out. */
  readonly entries: number;
  /** The scores of the column's frequencies as probabilities. */
  readonly baseline: RightChoices;
}

class ErrorSums {
  #entries = 0;
  #squares = 0;
  #absolutes = 0;
  #relatives = 0;
  #relativeSquares = 0;
  #relativeAbsolutes = 0;

  add(error: number, deviation: number): void {
    this.#entries++;
    this.#squares += error ** 2;
    this.#absolutes += Math.abs(error);
    if (!(deviation > 0)) return;
    this.#relatives++;
    this.#relativeSquares += (error / deviation) ** 2;
    this.#relativeAbsolutes += Math.abs(error / deviation);
  }

  get errors(): SizeOfErrors {
    return {
      rootMeanSquare: Math.sqrt(this.#squares / this.#entries),
      meanAbsolute: this.#absolutes / this.#entries,
      relativeRootMeanSquare: Math.sqrt(this.#relativeSquares / this.#relatives),
      relativeMeanAbsolute: this.#relativeAbsolutes / this.#relatives,
    };
  }
}

/** A held-out number, its estimate and its draws. */
export interface ScoredNumber {
  readonly x: number;
  readonly estimate: number;
  readonly draws: Float32Array;
  /** Of its column. */
  readonly mean: number;
  readonly deviation: number;
}

/** Sums the errors of numbers. */
export class NumberSums {
  #entries = 0;
  #covered = 0;
  readonly #own = new ErrorSums();
  readonly #baseline = new ErrorSums();

  add({ x, estimate, draws, mean, deviation }: ScoredNumber): void {
    this.#entries++;
    this.#own.add(estimate - x, deviation);
    this.#baseline.add(mean - x, deviation);
    const [low, high] = centralInterval(draws);
    this.#covered += Number(x >= low && x <= high);
  }

  get scores(): NumberScores {
    return {
      entries: this.#entries,
      ...this.#own.errors,
      coverage: this.#covered / this.#entries,
      baseline: this.#baseline.errors,
    };
  }
}

/** With fewer draws no interval between two of them has 90 %. */
export const LEAST_DRAWS = 19;

/**
 * The 5 % and 95 % quantiles, with linear interpolation between draws p·(M + 1): if x and the draws are exchangeable,
 * x is between them with a probability of 90 % where 0.05·(M + 1) is whole, for instance at M = 19, 39, 99.
 *
 * @see Hyndman & Fan 1996, The American Statistician 50(4), definition 6
 */
function centralInterval(draws: Float32Array): readonly [number, number] {
  const sorted = draws.slice().sort();
  const quantile = (place: number) => {
    const below = Math.floor(place);
    const [a, b] = [sorted[below - 1]!, sorted[Math.min(below, sorted.length - 1)]!];
    return a + (place - below) * (b - a);
  };
  const tail = (sorted.length + 1) / 20;
  return [quantile(tail), quantile(sorted.length + 1 - tail)];
}

class ChoiceSum {
  #entries = 0;
  #correct = 0;
  #logProbability = 0;

  add(right: number, probabilities: readonly number[]): void {
    this.#entries++;
    const best = probabilities.reduce((found, p, i) => (p > probabilities[found]! ? i : found), 0);
    this.#correct += Number(best === right);
    this.#logProbability += Math.log(Math.max(probabilities[right]!, LEAST_PROBABILITY));
  }

  get scores(): RightChoices {
    return { correct: this.#correct / this.#entries, logProbability: this.#logProbability / this.#entries };
  }

  get entries(): number {
    return this.#entries;
  }
}

/** The resolution of 1 − p in float32. */
const LEAST_PROBABILITY = 2 ** -24;

/** A held-out bit or category: its index among all values, and their probabilities. */
export interface ScoredChoice {
  readonly right: number;
  readonly probabilities: readonly number[];
  /** In the column. */
  readonly frequencies: readonly number[];
}

/** Sums the scores of choices. */
export class ChoiceSums {
  readonly #own = new ChoiceSum();
  readonly #baseline = new ChoiceSum();

  add({ right, probabilities, frequencies }: ScoredChoice): void {
    this.#own.add(right, probabilities);
    this.#baseline.add(right, frequencies);
  }

  get scores(): ChoiceScores {
    return { entries: this.#own.entries, ...this.#own.scores, baseline: this.#baseline.scores };
  }
}
