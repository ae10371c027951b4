// A folder with a model or a posterior: its description in model.json, its parameters in parameters.safetensors.
import { join } from 'node:path';
import { normalScales } from '@flowvae/flows';
import {
  makeFolder,
  readObject,
  readSealed,
  sealed,
  storedParameters,
  writeFileAtomically,
  writeParameters,
} from '@flowvae/runs';
import { ExpectationError, type NamedVariables, type StoredTensor } from '@flowvae/tensor';
import { z } from 'zod';
import { version } from '../run/version.ts';

/** The version of the written format; all earlier ones can be read. */
const FORMAT_VERSION = 4;

const FORMAT = 'flowvae-model';
const SPEC = 'model.json';
const PARAMETERS = 'parameters.safetensors';

const size = z.number().int().min(1).max(65_536);

/** The fields that every model.json shares. */
const frame = {
  format: z.literal(FORMAT),
  version: z.number().int().min(1).max(FORMAT_VERSION),
  /** The version of flowvae that wrote the file. */
  flowvae: z.string(),
  /** SHA-256 of the parameters' names and values. */
  parameters: z.string().regex(/^[0-9a-f]{64}$/),
};

const specSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    ...frame,
    kind: z.literal('model'),
    config: z.record(z.string(), z.unknown()),
    data: z.unknown().optional(),
    /** The experiment of a user's own that makes the model; from version 4 on. */
    experiment: z.object({ module: z.string().nullable(), settings: z.record(z.string(), z.unknown()) }).optional(),
    /** Pixels of an image, in place of `data`, up to version 2. */
    height: size.optional(),
    width: size.optional(),
  }),
  z.strictObject({
    ...frame,
    kind: z.literal('posterior'),
    latent: size,
    contextWidth: size,
    flow: z.string().min(1),
    amortize: z.enum(['none', 'base', 'flow']),
    /** Version 1 had no other value. */
    heads: z.enum(['scaled', 'plain']).default('plain'),
    scale: z.enum(normalScales),
  }),
]);

type Spec = z.infer<typeof specSchema>;

/** The spec of a model. */
export type ModelSpec = Extract<Spec, { kind: 'model' }>;

type Framed = keyof typeof frame;

/** A spec and the arrays that belong to it. */
interface StoredModel {
  readonly spec: Spec;
  /** The path of model.json, for errors. */
  readonly where: string;
  readonly tensors: Readonly<Record<string, StoredTensor>>;
}

/** The description beside the parameters. */
type Described = { [K in Spec['kind']]: Omit<Extract<Spec, { kind: K }>, Framed> }[Spec['kind']];

/** Writes parameters, then the spec with their checksum. @throws ExpectationError if the folder cannot be written */
export function writeModel(folder: string, described: Described, variables: NamedVariables): void {
  makeFolder(folder);
  const parameters = writeParameters(join(folder, PARAMETERS), variables);
  const spec = { format: FORMAT, version: FORMAT_VERSION, flowvae: version, ...described, parameters };
  writeFileAtomically(join(folder, SPEC), sealed(spec));
}

/**
 * Reads a folder and checks everything except whether the parameters fit the model.
 *
 * @throws ExpectationError for a missing, damaged or truncated file, a newer format, or two files that do not belong
 * together
 */
export function readModel(folder: string): StoredModel {
  const where = join(folder, SPEC);
  refuseOthers(where, readObject(where)); // checked before the checksum, which a newer format may compute differently
  const { success, data: spec, error } = specSchema.safeParse(readSealed(where));
  if (!success) {
    const { path, message } = error.issues[0]!;
    const field = [where, ...path].join(': ');
    throw new ExpectationError({ where: field, expected: 'a spec as flowvae writes it', received: message });
  }
  const { tensors, sha256 } = storedParameters(join(folder, PARAMETERS));
  if (sha256 === spec.parameters) return { spec, where, tensors };
  throw new ExpectationError({
    where: join(folder, PARAMETERS),
    expected: `the parameters that ${SPEC} names by their SHA-256`,
    received: 'others',
    remedy: 'the two files are not of one model; save it again',
  });
}

function refuseOthers(where: string, { format, version: found, flowvae }: Record<string, unknown>): void {
  if (format !== FORMAT) {
    const received = JSON.stringify(format) ?? 'none';
    throw new ExpectationError({ where: `${where}: format`, expected: `'${FORMAT}'`, received });
  }
  if (typeof found === 'number' && found <= FORMAT_VERSION) return;
  throw new ExpectationError({
    where: `${where}: version`,
    expected: `at most ${FORMAT_VERSION}`,
    received: JSON.stringify(found) ?? 'none',
    remedy: `flowvae ${flowvae} wrote the file; install that version or a later one`,
  });
}
