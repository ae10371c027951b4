// The pages of the documentation: the README, those of packages and experiments, and the guides.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Where the guides lie. */
const GUIDES = 'packages/flowvae/docs';

const readmesIn = (folder: string) =>
  readdirSync(join(root, folder))
    .map((name) => `${folder}/${name}/README.md`)
    .filter((page) => existsSync(join(root, page)));

/** Paths from the repository's root. */
export const pages = (): string[] => [
  'README.md',
  '.github/CONTRIBUTING.md',
  'experiments/README.md',
  ...readmesIn('packages'),
  ...readmesIn('experiments'),
  ...readdirSync(join(root, GUIDES)).map((name) => `${GUIDES}/${name}`),
];
