// Random programs of tfjs: a seed decides inputs, lines and outputs.
import { drawNormal, fold, key } from '@flowvae/random';
import { type Tensor, tf } from '@flowvae/tensor';
import { contractions } from './contractions.ts';
import { Dice } from './dice.ts';
import { elementwise } from './elementwise.ts';
import { moves } from './moves.ts';
import type { Known, Line, Operation } from './operation.ts';

/** A program: inputs `v0`, `v1`, …, then a value for each line, some of them outputs. */
export interface Program {
  readonly seed: number;
  readonly shapes: readonly (readonly number[])[];
  readonly lines: readonly (Line & { readonly args: readonly number[] })[];
  /** Indices of values, intermediate ones among them. */
  readonly outputs: readonly number[];
}

/** Transposes, products and casts alone: fusions of products meet there, and their operands are wanted elsewhere. */
const turnedProducts = [...moves, ...elementwise, ...contractions].filter(({ name }) =>
  ['transpose', 'matMul', 'gram', 'toInteger', 'toFloat'].includes(name),
);

/** The mixtures of programs: each program takes its lines from one of these lists of rooms. */
const mixtures: readonly (readonly (readonly Operation[])[])[] = [
  [elementwise, moves, contractions],
  [turnedProducts, turnedProducts, turnedProducts, elementwise],
  [turnedProducts],
];
/** Lines that may be tried before a program is long enough. */
const MOST_TRIES = 120;

/** Shapes that often multiply, join and broadcast with each other. */
const shapesOf = (dice: Dice): number[][] => {
  const [m, n, batch] = [dice.whole(1, 5), dice.whole(2, 6), dice.whole(1, 3)];
  const matrices = [[m, n], [n, m], [n, n], [1, n], [n]];
  const batched = [
    [batch, m, n],
    [batch, n, m],
    [batch, n, n],
    [batch, 2, m, n],
    [batch, 2, n, m],
  ];
  const square = [[n, n]];
  const pool = dice.one([matrices, batched, square, [...square, [batch, n, n]], [...matrices, ...batched]]);
  return Array.from({ length: dice.whole(2, 4) }, () => dice.one(pool));
};

/** The program of a seed. */
export function randomProgram(seed: number): Program {
  const dice = new Dice(seed);
  const shapes = shapesOf(dice);
  const known: Known[] = shapes.map((shape) => ({ shape, type: 'float32', isExact: true }));
  const lines: (Line & { args: readonly number[] })[] = [];
  const rooms = dice.one(mixtures);
  const length = dice.whole(3, 14);
  const wanted = dice.one([0.2, 0.5, 0.8]);
  for (let tries = 0; lines.length < length && tries < MOST_TRIES; tries++) {
    const operation = dice.one(dice.one(rooms));
    // Mostly the latest values, so that lines build on each other.
    const args = Array.from({ length: operation.arity }, () =>
      dice.chance(0.6) ? dice.whole(Math.max(0, known.length - 3), known.length - 1) : dice.whole(0, known.length - 1),
    );
    const given = args.map((index) => known[index]!);
    const line = operation.line(dice, given);
    if (!line) continue;
    lines.push({ ...line, args });
    known.push({ ...resultOf(line, given), isExact: Boolean(line.keepsBits) && given.every(({ isExact }) => isExact) });
  }
  const made = lines.map((_, i) => shapes.length + i);
  const outputs = made.filter((index) => index === made.at(-1) || dice.chance(wanted));
  return { seed, shapes, lines, outputs };
}

/** Shape and type of a line's result, by running it on zeros. */
function resultOf({ apply }: Line, args: readonly Known[]): Pick<Known, 'shape' | 'type'> {
  return tf.tidy(() => {
    const { shape, dtype } = apply(...args.map(({ shape, type }) => tf.zeros([...shape], type)));
    return { shape, type: dtype as Known['type'] };
  });
}

/** Numbers of size 1, the same for the same seed. */
export const inputsOf = ({ seed, shapes }: Program): Float32Array[] =>
  shapes.map((shape, i) =>
    drawNormal(
      fold(fold(key(seed), 'inputs'), i),
      shape.reduce((a, b) => a * b, 1),
    ),
  );

/** Names of inputs and values. */
export const nameOf = (index: number): string => `v${index}`;

/** Computes the line of a number from its arguments. */
export type Call = (line: Line, args: readonly Tensor[], number: number) => Tensor;

/** Runs a program's lines. */
export function runLines(
  { lines, outputs }: Program,
  inputs: readonly Tensor[],
  call: Call = ({ apply }, args) => apply(...args),
): Record<string, Tensor> {
  const values = [...inputs];
  lines.forEach((line, i) => {
    values.push(
      call(
        line,
        line.args.map((index) => values[index]!),
        i,
      ),
    );
  });
  return Object.fromEntries(outputs.map((index) => [nameOf(index), values[index]!]));
}

/** The program as text. */
export function printProgram({ seed, shapes, lines, outputs }: Program): string {
  const called = ({ text, args }: Program['lines'][number]) =>
    text.replace(/\$(\d)/g, (_, place: string) => nameOf(args[Number(place)]!));
  return [
    `program ${seed}`,
    ...shapes.map((shape, i) => `${nameOf(i)} = input [${shape.join(', ')}]`),
    ...lines.map((line, i) => `${nameOf(shapes.length + i)} = ${called(line)}`),
    `outputs ${outputs.map(nameOf).join(', ')}`,
  ].join('\n');
}
