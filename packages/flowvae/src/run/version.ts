// flowvae's own version.
import { createRequire } from 'node:module';

/** As its package says. */
export const version: string = (createRequire(import.meta.url)('../../package.json') as { version: string }).version;
