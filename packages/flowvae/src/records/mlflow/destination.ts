// Where runs are sent: an MLflow tracking server, and an experiment of it.
import { ExpectationError } from '@flowvae/tensor/plain';

/** A tracking server and an experiment. */
export interface Destination {
  /** `http://localhost:5000`, without a slash at its end. */
  readonly uri: string;
  /** Absent: the one that a run is in already, or {@link EXPERIMENT}. */
  readonly experiment?: string;
  /** Whether the run's folder named the server, not the user: it gets no credentials. */
  readonly isRemembered?: boolean;
}

/** The experiment that runs go to unless another is named. */
export const EXPERIMENT = 'flowvae';

/** MLflow's own limit. */
const LONGEST_EXPERIMENT = 500;

/** Checks a destination. @throws ExpectationError for no address of a server, or one with more than an address */
export function destination(uri: string, experiment?: string): Destination {
  const url = URL.canParse(uri) ? new URL(uri) : undefined;
  const refused = (expected: string, received: string, remedy: string) =>
    new ExpectationError({ where: '--mlflow', expected, received, remedy });
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    const remedy = 'start one by `mlflow server`; folders and databases are not written to directly';
    throw refused('the address of a tracking server, such as http://localhost:5000', shown(uri), remedy);
  }
  if (url.username !== '' || url.password !== '') {
    const remedy = 'set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, which no file keeps';
    throw refused('an address without a user name', 'one with it', remedy);
  }
  if (url.search !== '' || url.hash !== '') {
    const remedy = 'tokens come from MLFLOW_TRACKING_TOKEN, which no file keeps';
    throw refused('an address that ends with host or path', "one with '?' or '#'", remedy);
  }
  const address = `${url.origin}${url.pathname}`.replace(/\/+$/, '');
  if (experiment === undefined) return { uri: address };
  if (experiment.trim() === '' || [...experiment].length > LONGEST_EXPERIMENT) {
    const [where, expected] = ['--mlflow-experiment', `a name of 1 to ${LONGEST_EXPERIMENT} characters`];
    throw new ExpectationError({ where, expected, received: `'${experiment.slice(0, 20)}'` });
  }
  return { uri: address, experiment };
}

/** A mistyped address may hold a password: a part before @ is left out. */
const shown = (uri: string): string =>
  `'${uri
    .replace(/^.*@/s, '…@')
    .replace(/[?#].*$/s, '…')
    .slice(0, 100)}'`;
