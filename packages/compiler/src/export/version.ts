// The version of this package; a bundle for browsers takes it from package.json.
import { createRequire } from 'node:module';

/** For records in files. */
export const { version } = createRequire(import.meta.url)('../../package.json') as { readonly version: string };
