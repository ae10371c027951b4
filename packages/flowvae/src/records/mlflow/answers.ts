// The answers of a tracking server, as far as they are read; any other shape is refused.
import { z } from 'zod';

/** Ids become parts of addresses, files and messages. */
const id = z.string().regex(/^[A-Za-z0-9][\w-]{0,255}$/);

const run = z.object({ info: z.object({ run_id: id, artifact_uri: z.string().max(4096).default('') }) });

/** A run as the server describes it. */
export type DescribedRun = z.infer<typeof run>;

/** An answer whose content is not read. */
export const anyObject = z.object({});

export const namedExperiment = z.object({
  experiment: z.object({ experiment_id: id, lifecycle_stage: z.string().optional() }),
});

export const madeExperiment = z.object({ experiment_id: id });

export const madeRun = z.object({ run });

/** A server leaves out an empty list. */
export const foundRuns = z.object({ runs: z.array(run).default([]) });
