// Draws of a target, as its definition gives them: from a file, or by a function. `forward-kl` fits to them.
import { createHash } from 'node:crypto';
import { dirname, resolve } from 'node:path';
import { openArrays, readTable, type Table } from '@flowvae/datasets';
import { tabulate } from '@flowvae/evaluation';
import { FORWARD_KL, type Target } from '@flowvae/inference';
import { fold, key } from '@flowvae/random';
import { ExpectationError } from '@flowvae/tensor';
import { type DataPoints, dataPoints } from '@flowvae/training';
import { flagNamed } from '../config/setting/setting.ts';
import { bytesOf } from '../files/row-sink.ts';
import { WEIGHT } from './draws-file.ts';
import { contextOf, type OwnTarget, targetName } from './own-target.ts';
import type { TargetConfig } from './target-settings.ts';

/** Draws of a target. */
export interface TargetDraws {
  /** In free numbers, as the guide's points. */
  readonly points: DataPoints;
  /** Checksum of the values in the units of the columns: a resumed run has the same. */
  readonly sha256: string;
}

/** Values [n, columns], and their place for errors. */
interface DrawTable {
  readonly where: string;
  readonly values: Float32Array;
}

/**
 * The draws that a definition gives.
 *
 * @throws ExpectationError where it gives none, their number is not that of the request, or one lies outside of a
 * parameter's support
 */
export async function targetDraws(own: OwnTarget, target: Target, config: TargetConfig): Promise<TargetDraws> {
  const { draws } = own.definition;
  const { columns } = target;
  if (draws === undefined) {
    throw new ExpectationError({
      where: `${flagNamed('objective')} ${FORWARD_KL}`,
      expected: `draws of target ${targetName(own)}`,
      received: 'none',
      remedy: 'give the module a part draws: a file, or a function ({ key, count }) => values',
    });
  }
  const table =
    typeof draws === 'string' ? await drawsIn(draws, own, columns) : await drawsBy(draws, own, target, config);
  const { points } = await tabulate(
    (values) => ({ points: target.points(values) }),
    dataPoints(table.values, columns.length),
    { engine: config.engine },
  );
  refuseOutside(table, points!, target);
  const sha256 = createHash('sha256').update(bytesOf(table.values)).digest('hex');
  return { points: dataPoints(points!, target.dim), sha256 };
}

/** The draws of a file beside the module. */
async function drawsIn(file: string, { module }: OwnTarget, columns: readonly string[]): Promise<DrawTable> {
  const path = module ? resolve(dirname(module.path), file) : resolve(file);
  const values = /\.[ct]sv(\.gz)?$/i.test(path) ? await columnsOf(path, columns) : arrayIn(path, columns);
  return { where: path, values };
}

/** The target's columns of a table; it may have others, as chains.csv of a run has. */
async function columnsOf(path: string, columns: readonly string[]): Promise<Float32Array> {
  const table = await readTable(path, { columns });
  refuseGaps(table, path);
  if (!columns.includes(WEIGHT)) await refuseWeights(path);
  const [rows = 0, width = 0] = table.values.shape;
  const read = new Float32Array(rows * width);
  table.values.read(0, rows, read);
  const places = columns.map((name) => table.columns.find((column) => column.name === name)!.at);
  return Float32Array.from(
    { length: rows * width },
    (_, i) => read[Math.floor(i / width) * width + places[i % width]!]!,
  );
}

/** draws.csv of a run holds draws of its guide: they are the target's only with their weights, which no fit reads. */
async function refuseWeights(where: string): Promise<void> {
  try {
    await readTable(where, { columns: [WEIGHT] });
  } catch (error) {
    if (error instanceof ExpectationError) return; // there is no such column
    throw error;
  }
  throw new ExpectationError({
    where,
    expected: 'draws of the target, which count alike',
    received: `draws of a guide, with the column ${WEIGHT}`,
    remedy: 'name chains.csv of a run with --chains; or resample the draws by their weights, and remove the column',
  });
}

function refuseGaps({ columns, missing }: Table, where: string): void {
  const other = columns.find(({ kind }) => kind !== 'numeric');
  if (other === undefined && missing === 0) return;
  const received = other ? `words in ${other.name}` : `${missing} without a value`;
  throw new ExpectationError({ where, expected: 'a number in every column of the target', received });
}

/** The single array of a file, [n, columns]. */
function arrayIn(path: string, columns: readonly string[]): Float32Array {
  const { arrays, close } = openArrays(path);
  try {
    const found = Object.values(arrays);
    const [rows = 0, ...sides] = found[0]?.shape ?? [];
    const width = sides.reduce((product, side) => product * side, 1);
    if (found.length !== 1 || width !== columns.length) {
      const expected = `one array [n, ${columns.length}], with columns ${columns.join(', ')}`;
      const received = Object.entries(arrays).map(([name, { shape }]) => `${name} [${shape.join(', ')}]`);
      throw new ExpectationError({ where: path, expected, received: received.join(', ') });
    }
    const values = new Float32Array(rows * width);
    found[0]!.read(0, rows, values);
    return values;
  } finally {
    close?.();
  }
}

/** The draws that the definition's function makes. */
async function drawsBy(
  make: Exclude<OwnTarget['definition']['draws'], string | undefined>,
  own: OwnTarget,
  { columns }: Target,
  { seed, targetDraws: count }: TargetConfig,
): Promise<DrawTable> {
  const where = `target ${targetName(own)}: draws`;
  const values: unknown = await make({ ...contextOf(own), key: fold(key(seed), 'target-draws'), count });
  const { length } = (values ?? []) as Partial<ArrayLike<number>>;
  if (length === count * columns.length) return { where, values: Float32Array.from(values as ArrayLike<number>) };
  throw new ExpectationError({
    where,
    expected: `${count}·${columns.length} numbers, row-major: ${count} draws of ${columns.join(', ')}`,
    received: values === undefined || values === null ? String(values) : `${length ?? typeof values}`,
  });
}

function refuseOutside({ where, values }: DrawTable, points: Float32Array, { columns, dim }: Target): void {
  const bad = points.findIndex((value) => !Number.isFinite(value));
  if (bad < 0) return;
  const row = Math.floor(bad / dim);
  const own = values.subarray(row * columns.length, (row + 1) * columns.length);
  throw new ExpectationError({
    where: `${where}: row ${row}`,
    expected: 'finite values within the constraints of the parameters',
    received: columns.map((name, i) => `${name} = ${own[i]}`).join(', '),
  });
}
