// The form of a sweep file.
import { z } from 'zod';
import { MOST_TRIALS } from '../space/choices.ts';

const scalar = z.union([z.string(), z.number(), z.boolean()]);
const value = z.union([scalar, z.array(scalar)]);
const ends = z.tuple([z.number(), z.number()]);

/** Fields that say which values a column has; one of them stands. */
const domain = {
  values: z.union([z.array(value).min(1), z.record(z.string(), value)]).optional(),
  linear: ends.optional(),
  log: ends.optional(),
  whole: ends.optional(),
};

const condition = z.record(z.string(), z.union([scalar, z.array(scalar).min(1)]));

const column = z.union([
  z.array(value).min(1),
  z.strictObject({ setting: z.string().optional(), when: condition.optional(), ...domain }),
]);

const count = z.int().min(1).max(MOST_TRIALS);
const seed = z.int().min(0);

/** The content of a sweep file. */
export const rawSpec = z.strictObject({
  module: z.string().optional(),
  plugins: z.array(z.string()).optional(),
  settings: z.record(z.string(), value).optional(),
  set: z.record(z.string(), value).optional(),
  vary: z.record(z.string(), column).optional(),
  search: z
    .union([
      z.literal('grid'),
      z.strictObject({ random: count, seed: seed.optional() }),
      z.strictObject({ sobol: count, seed: seed.optional() }),
    ])
    .optional(),
  rows: z.array(z.record(z.string(), value)).optional(),
  exclude: z.array(condition).optional(),
  only: z.array(condition).optional(),
  seeds: z.union([count, z.array(seed).min(1)]).optional(),
});

/** See {@link rawSpec}. */
export type RawSpec = z.infer<typeof rawSpec>;

/** A value of a sweep file. */
export type RawValue = z.infer<typeof value>;

/** A column of a sweep file. */
export type RawColumn = z.infer<typeof column>;

/** A condition of a sweep file. */
export type RawCondition = z.infer<typeof condition>;
