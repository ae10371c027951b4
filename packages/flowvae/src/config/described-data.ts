// The description of data in config.json and model.json, checked.
import type { DataDescription } from '@flowvae/datasets/plain';
import { ExpectationError } from '@flowvae/tensor/plain';
import { z } from 'zod';

const size = z
  .number()
  .int()
  .min(1)
  .max(2 ** 31);

const column = z.strictObject({
  name: z.string(),
  kind: z.enum(['number', 'category', 'bit']),
  at: z.number().int().min(0),
  width: size,
  classes: z.array(z.string()),
});

const covariate = z.strictObject({
  name: z.string(),
  kind: z.enum(['number', 'category', 'bit']),
  width: size,
  classes: z.array(z.string()),
  shares: z.array(z.number().min(0).max(1)).optional(),
});

const dataSchema = z.strictObject({
  shape: z.array(size).min(1).max(3),
  form: z.enum(['bits', 'levels', 'grey', 'real', 'counts', 'columns']),
  hasMissing: z.boolean(),
  range: z.tuple([z.number(), z.number()]).optional(),
  columns: z.array(column).optional(),
  classes: z.array(z.string()).optional(),
  label: z.string().optional(),
  covariates: z.array(covariate).optional(),
});

/**
 * A description that was read from a file.
 *
 * @throws ExpectationError where it is none
 */
export function describedData(given: unknown, where: string): DataDescription {
  const { success, data, error } = dataSchema.safeParse(given);
  if (success) return withoutGaps(data);
  const { path, message } = error.issues[0]!;
  throw new ExpectationError({
    where: [where, ...path].join(': '),
    expected: 'a description of data as flowvae writes it',
    received: message,
  });
}

/** Optional fields are absent, not undefined. */
const withoutGaps = (data: z.infer<typeof dataSchema>): DataDescription =>
  Object.fromEntries(Object.entries(data).filter(([, value]) => value !== undefined)) as unknown as DataDescription;
