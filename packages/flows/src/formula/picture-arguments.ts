// The numbers in parentheses of flows of pictures: `glow(28,28,1)`. Their product is the latent's width.
import type { FlowArgument } from './flow-argument.ts';

/** Shapes that stand for a latent of D numbers where a formula gives none. */
const shapes = {
  /** √D × √D × 1. */
  square: (dim: number) => [side(dim), side(dim), 1],
  /** 1 × D × 1. */
  row: (dim: number) => [1, dim, 1],
  /** 1 × 1 × D. */
  pixel: (dim: number) => [1, 1, dim],
} as const satisfies Readonly<Record<string, (dim: number) => readonly number[]>>;

const side = (dim: number): number => Math.max(1, Math.floor(Math.sqrt(dim)));

/** Height, width and channels, with those of a shape where a formula gives none. */
export const pictureArguments = (shape: keyof typeof shapes): readonly FlowArgument[] =>
  ['height', 'width', 'channels'].map((name, i) => ({
    name,
    fallback: (dim) => shapes[shape](dim)[i]!,
    from: 1,
    to: (dim) => dim,
  }));

/** Height, width and channels among the arguments of a formula. */
export const pictureIn = (args: Readonly<Record<string, number>>): readonly [number, number, number] => [
  args.height!,
  args.width!,
  args.channels!,
];
