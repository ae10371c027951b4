// Lines of metrics.jsonl with a bound on held-out data, and the best of them.

/** One validation. */
export interface ValidationEntry {
  /** Steps done. */
  readonly step: number;
  readonly validation: {
    /** The bound, higher is better; nats. */
    readonly elbo: number;
    readonly [name: string]: number;
  };
}

export const isValidation = (entry: object): entry is ValidationEntry => 'validation' in entry;

/** A bound that is not finite ranks below all finite ones. */
const rank = ({ validation: { elbo } }: ValidationEntry) => (Number.isFinite(elbo) ? elbo : Number.NEGATIVE_INFINITY);

/** The first validation with the highest bound. */
export function bestOf(validations: readonly ValidationEntry[]): ValidationEntry | undefined {
  return validations.reduce<ValidationEntry | undefined>(
    (best, entry) => (best === undefined || rank(entry) > rank(best) ? entry : best),
    undefined,
  );
}

/** Validations since the best one, without the best. */
export function sinceBest(validations: readonly ValidationEntry[]): number {
  const best = bestOf(validations);
  return best === undefined ? 0 : validations.length - 1 - validations.indexOf(best);
}
