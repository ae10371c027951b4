// A user's module with a definition as its default export, and the values of the definition's own settings.
import { basename } from 'node:path';
import { ExpectationError } from '@flowvae/tensor/plain';
import { z } from 'zod';
import { withoutEnding } from '../modules/module-endings.ts';
import { type ModuleRecord, moduleRecord } from '../modules/module-files.ts';
import type { SettingShapes } from './experiment-definition.ts';
import { commandOf, markOf } from './marks.ts';
import type { OwnValues } from './own-settings.ts';

/** A definition that a module can export. */
export interface Definition {
  readonly settings?: SettingShapes;
}

/** A kind of definitions. */
export interface ModuleKind<D extends Definition> {
  /** Names it in words and in the config of its runs: `experiment`. */
  readonly name: string;
  /** The function that makes it: `defineExperiment`. */
  readonly maker: string;
  readonly isOne: (value: unknown) => value is D;
}

/** A definition with the values of its settings. */
export interface OwnModule<D extends Definition> {
  readonly definition: D;
  readonly values: OwnValues;
  /** The module; absent: a program holds the definition, or it is built in. */
  readonly module?: ModuleRecord | undefined;
  /** The name of a definition that is part of flowvae. */
  readonly builtIn?: string | undefined;
}

/** A definition as config.json records it. */
export interface OwnRecord {
  /** null: a program holds the definition, or it is built in. */
  readonly module: ModuleRecord | null;
  /** The name of a definition that is part of flowvae. */
  readonly builtIn?: string;
  readonly settings: OwnValues;
}

const schema = z.strictObject({
  module: moduleRecord.nullable(),
  builtIn: z.string().optional(),
  settings: z.record(z.string(), z.unknown()),
});

/** The record of a definition. */
export const recordOf = ({ module, builtIn, values }: Omit<OwnModule<Definition>, 'definition'>): OwnRecord => ({
  module: module ?? null,
  ...(builtIn === undefined ? {} : { builtIn }),
  settings: values,
});

/** Reads a record. @param where its place, for errors @throws ExpectationError for anything else */
export function readRecord(found: unknown, where: string): OwnRecord {
  const { data, error } = schema.safeParse(found);
  if (data) return data as OwnRecord;
  const { path, message } = error.issues[0]!;
  throw new ExpectationError({
    where: [where, ...path].join('.'),
    expected: 'the record of a module',
    received: message,
  });
}

/** The name of a module, for titles and folders; undefined without one. */
export const moduleName = (module: ModuleRecord | undefined): string | undefined =>
  module && withoutEnding(basename(module.package ?? module.path));

/** The default export of a module. @throws ExpectationError unless it is a definition of the kind */
export function definitionIn<D extends Definition>(
  kind: ModuleKind<D>,
  exports: Readonly<Record<string, unknown>>,
  where: string,
): D {
  const { default: definition } = exports;
  if (kind.isOne(definition)) return definition;
  const expected = `\`export default ${kind.maker}({ … })\``;
  const mark = markOf(definition);
  const other = mark === undefined ? 'a default export of another kind' : `the definition of another kind: ${mark}`;
  const received = definition === undefined ? 'no default export' : other;
  const remedy = mark === undefined ? undefined : `flowvae ${commandOf[mark]} takes it`;
  throw new ExpectationError({ where, expected, received, ...(remedy ? { remedy } : {}) });
}
