// The table of design.md as data: which room may import which, and which npm packages have one door only.

/** For every package the rooms right under it; the rooms under those are allowed as well. */
export const roomsBelow: Readonly<Record<string, readonly string[]>> = {
  tensor: [],
  random: ['tensor'],
  distributions: ['random'],
  flows: ['distributions'],
  vae: ['flows'],
  density: ['vae'],
  objectives: ['distributions'],
  compiler: ['tensor'],
  training: ['compiler', 'objectives'],
  evaluation: ['training'],
  inference: ['flows', 'evaluation'],
  runs: ['evaluation'],
  sweeps: ['runs'],
  comparison: ['random'],
  datasets: ['random'],
  figures: ['tensor'],
  lab: ['density', 'inference', 'datasets'],
  flowvae: ['lab', 'sweeps', 'comparison', 'figures'],
};

/** npm packages that only one room may import, by the beginning of their names. */
export const doors: readonly { readonly prefix: string; readonly room: string }[] = [
  { prefix: '@tensorflow/', room: 'tensor' },
  { prefix: 'onnxruntime-', room: 'compiler' },
  { prefix: '@bufbuild/protobuf', room: 'compiler' },
  { prefix: '@napi-rs/canvas', room: 'figures' },
  { prefix: 'chart.js', room: 'figures' },
  { prefix: 'papaparse', room: 'datasets' },
  { prefix: 'sharp', room: 'datasets' },
];

/** A room's name as an import writes it; the public face has no scope. */
export const specifierOf = (room: string) => (room === 'flowvae' ? room : `@flowvae/${room}`);

/**
 * The second door of a room, where it has a `src/plain.ts`: names, formulas, errors and checks for programs that must
 * not load TensorFlow.js, such as the command before it works.
 */
export const plainDoorOf = (room: string) => `${specifierOf(room)}/plain`;

/** The room that an import names, also where it reaches inside it; undefined where it names no workspace package. */
export function roomOf(specifier: string): string | undefined {
  return /^(?:@flowvae\/([^/]+)|(flowvae))(?:\/|$)/.exec(specifier)?.slice(1).find(Boolean);
}

/** All rooms that a room may import. */
export function allowedRooms(room: string): ReadonlySet<string> {
  const below = roomsBelow[room] ?? [];
  return new Set(below.flatMap((next) => [next, ...allowedRooms(next)]));
}
