// The text for `--data` that means the data part of an experiment.

/** The data that the experiment's own data part makes. */
export const OWN_DATA = 'module';

/** Whether a text names the data part of an experiment. */
export const isOwnData = (data: string): boolean => data === OWN_DATA;
