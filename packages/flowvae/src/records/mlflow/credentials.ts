// Credentials for a tracking server. They come from the environment alone, and no message holds them.
import { ExpectationError } from '@flowvae/tensor/plain';

/**
 * The Authorization header; undefined without credentials. A name with a password comes before a token, as in MLflow's
 * own client.
 *
 * @throws ExpectationError for a token that no header can hold
 */
export function authorization(env: NodeJS.ProcessEnv): string | undefined {
  const { MLFLOW_TRACKING_USERNAME: user, MLFLOW_TRACKING_PASSWORD: password } = env;
  if (user && password) return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  const token = env.MLFLOW_TRACKING_TOKEN?.trim();
  if (!token) return undefined;
  // the system's own error would show the token
  if (/^[\x21-\x7e]+$/.test(token)) return `Bearer ${token}`;
  throw new ExpectationError({
    where: 'MLFLOW_TRACKING_TOKEN',
    expected: 'letters, digits and signs of ASCII without spaces',
    received: 'other characters',
  });
}
