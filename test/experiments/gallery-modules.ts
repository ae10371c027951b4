// The modules of the gallery, as the command takes them.
import { fileURLToPath } from 'node:url';

/** The gallery's folder. */
export const gallery = fileURLToPath(new URL('../../experiments/gallery', import.meta.url));

/** A module of the gallery. */
interface GalleryModule {
  /** Options that make its run small. */
  readonly words: readonly string[];
  /** Width of its latent. */
  readonly latent: number;
}

/** Files with an experiment. */
export const galleryExperiments: Readonly<Record<string, GalleryModule>> = {
  'conditional.ts': { words: [], latent: 16 },
  'conv-sylvester.ts': { words: [], latent: 32 },
  'counts.ts': { words: ['--set', 'cells=300'], latent: 5 },
  'm2.ts': { words: ['--set', 'every=10'], latent: 30 },
  'two-layer.ts': { words: [], latent: 40 },
  'vamp.ts': { words: [], latent: 40 },
};

/** Files with plug-ins. */
export const galleryPlugins: Readonly<Record<string, GalleryModule>> = {
  'sinh-arcsinh.ts': {
    words: ['--flow', 'planar*4-sinh-arcsinh', '--latent', '3', '--hidden', '20'],
    latent: 3,
  },
};

/** The words after `train` for every file, given the path of each. */
export const galleryRuns = (pathOf: (file: string) => string) => [
  ...Object.entries(galleryExperiments).map(([file, { words, latent }]) => ({
    file,
    latent,
    words: [pathOf(file), ...words],
  })),
  ...Object.entries(galleryPlugins).map(([file, { words, latent }]) => ({
    file,
    latent,
    words: ['--plugin', pathOf(file), ...words],
  })),
];
