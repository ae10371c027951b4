// mlflow.json in a run folder: where the run is sent, and how much of it was. Credentials are never in it.
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readSealed, sealed, UnreadableError, writeFileAtomically } from '@flowvae/runs/plain';
import { ExpectationError } from '@flowvae/tensor/plain';
import { z } from 'zod';
import { type Destination, EXPERIMENT } from './destination.ts';

/** The record's name in a run folder. */
export const SENT = 'mlflow.json';

const sent = z.object({
  uri: z.string(),
  experiment: z.string(),
  /** A tag that only this run has, chosen before the server is asked. */
  key: z.string(),
  /** Absent: the server has not answered yet. */
  runId: z.string().optional(),
  artifactUri: z.string().optional(),
  /** Lines of metrics.jsonl. A resumed run writes the same lines again, which are not sent twice. */
  lines: z.int().min(0),
  /** The settings, as text. */
  settings: z.string().optional(),
  /** The results, as text. */
  results: z.string().optional(),
  status: z.string().optional(),
  /** SHA-256 of files by their paths. */
  artefacts: z.record(z.string(), z.string()),
});

const record = z.object({ destinations: z.array(sent) });

/** The parts of a run that one server has. */
export type Sent = z.infer<typeof sent>;

/** All servers that a run was sent to. @throws ExpectationError for a damaged record */
function readSent(folder: string): readonly Sent[] {
  const path = join(folder, SENT);
  if (!existsSync(path)) return [];
  const damaged = (received: string) =>
    new ExpectationError({
      ...{ where: path, expected: 'the record of a sent run, as it was written', received },
      remedy: 'remove the file to send the run anew, as another one',
    });
  let content: object;
  try {
    content = readSealed(path);
  } catch (error) {
    if (!(error instanceof ExpectationError) || error instanceof UnreadableError) throw error;
    throw damaged(error.received);
  }
  const { data, error } = record.safeParse(content);
  if (error) throw damaged(error.issues[0]!.message);
  return data.destinations;
}

/** Servers that a run is sent to, as a resumed run goes on with. @throws ExpectationError for a damaged record */
export const destinationsOf = (folder: string): readonly Destination[] =>
  readSent(folder).map(({ uri, experiment }) => ({ uri, experiment, isRemembered: true }));

/** The parts of a run that a server has; undefined before it was asked. @throws ExpectationError if they are damaged */
export const partsAt = (folder: string, { uri }: Destination): Sent | undefined =>
  readSent(folder).find((each) => each.uri === uri);

/**
 * The record for one server; a new one where nothing was sent to it.
 *
 * @throws ExpectationError if the run is in another experiment of that server
 */
export function sentTo(folder: string, { uri, experiment }: Destination): Sent {
  const all = readSent(folder);
  const known = all.find((each) => each.uri === uri);
  // one key at all addresses: several may be those of one server, which then finds the run that it has
  const key = all[0]?.key ?? randomUUID();
  if (known === undefined) return { uri, experiment: experiment ?? EXPERIMENT, key, lines: 0, artefacts: {} };
  if (experiment === undefined || known.experiment === experiment) return known;
  if (known.runId === undefined) return { ...known, experiment };
  const where = '--mlflow-experiment';
  throw new ExpectationError({
    where,
    expected: `'${known.experiment}', where ${folder} is`,
    received: `'${experiment}'`,
  });
}

/** Writes the record for one server, beside those for others. */
export function writeSent(folder: string, now: Sent): void {
  const others = readSent(folder).filter(({ uri }) => uri !== now.uri);
  writeFileAtomically(join(folder, SENT), sealed({ destinations: [...others, now] }));
}
