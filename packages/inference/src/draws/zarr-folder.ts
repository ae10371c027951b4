// Draws as a Zarr folder that ArviZ opens: a group for each kind of draws, an array for each quantity.
import { ExpectationError } from '@flowvae/tensor';
import { checkDraws, type NamedColumn, type NamedDraws } from './named-draws.ts';

/** Options of {@link zarrFolder}. */
export interface ZarrFolderOptions {
  /** Type of the stored numbers. Default `'float64'`, in which ArviZ computes. */
  readonly type?: 'float32' | 'float64';
  /** Notes on every group, such as the target's name. */
  readonly attributes?: Readonly<Record<string, string | number>>;
}

/** Names of axes that every array has. */
const SAMPLE_AXES = ['chain', 'draw'] as const;

/**
 * Draws as files of a Zarr (version 2) folder in ArviZ's layout, without compression, with consolidated metadata.
 *
 * Arrays are [chain, draw, theta_dim_0, …] with `_ARRAY_DIMENSIONS` for xarray, and coordinates counted from 0.
 * @param groups by ArviZ's names: `posterior`, `sample_stats`, …
 * @returns the files' contents by path inside the folder, `/` between folders
 * @throws ExpectationError if a quantity's values do not fit, or for names that cannot be folders or are those of axes
 * @see Zarr storage specification 2; ArviZ InferenceData schema
 */
export function zarrFolder(
  groups: Readonly<Record<string, NamedDraws>>,
  { type = 'float64', attributes = {} }: ZarrFolderOptions = {},
): Map<string, Uint8Array> {
  const folder = new ZarrFiles();
  folder.group('', {});
  for (const [group, draws] of Object.entries(groups)) {
    const axisSizes = axesOf(draws);
    checkDraws(`zarrFolder: ${group}`, draws);
    checkName('zarrFolder: groups', group);
    folder.group(group, { inference_library: 'flowvae', ...attributes });
    for (const [axis, size] of axisSizes) folder.array(`${group}/${axis}`, [axis], counted(size));
    for (const [name, column] of Object.entries(draws.columns)) {
      checkName(`zarrFolder: ${group}`, name, axisSizes);
      const axes = [...SAMPLE_AXES, ...column.shape.map((_, i) => axisOf(name, i))];
      folder.array(`${group}/${name}`, axes, stored(draws, column, type));
    }
  }
  return folder.finished();
}

/** Numbers of an array, with Zarr's name of their type. */
interface StoredArray {
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly values: Float32Array | Float64Array | Uint8Array | BigInt64Array;
}

const axisOf = (name: string, place: number) => `${name}_dim_${place}`;

/** Names and sizes of all axes. */
function axesOf({ chains, draws, columns }: NamedDraws): Map<string, number> {
  const axes = new Map<string, number>([
    [SAMPLE_AXES[0], chains],
    [SAMPLE_AXES[1], draws],
  ]);
  for (const [name, { shape }] of Object.entries(columns)) {
    for (const [place, size] of shape.entries()) axes.set(axisOf(name, place), size);
  }
  return axes;
}

const counted = (size: number): StoredArray => ({
  shape: [size],
  dtype: '<i8',
  values: BigInt64Array.from({ length: size }, (_, i) => BigInt(i)),
});

function stored(
  { chains, draws }: NamedDraws,
  { shape, values }: NamedColumn,
  type: 'float32' | 'float64',
): StoredArray {
  const whole = [chains, draws, ...shape];
  if (values instanceof Uint8Array) return { shape: whole, dtype: '|b1', values };
  return type === 'float32'
    ? { shape: whole, dtype: '<f4', values }
    : { shape: whole, dtype: '<f8', values: Float64Array.from(values) };
}

/** Collects the files of a folder and their consolidated metadata. */
class ZarrFiles {
  readonly #files = new Map<string, Uint8Array>();
  readonly #metadata: Record<string, unknown> = {};

  /** @param path '' for the root */
  group(path: string, attributes: Readonly<Record<string, unknown>>): void {
    const prefix = path === '' ? '' : `${path}/`;
    this.#describe(`${prefix}.zgroup`, { zarr_format: 2 });
    this.#describe(`${prefix}.zattrs`, attributes);
  }

  /** An array in one chunk. */
  array(path: string, axes: readonly string[], { shape, dtype, values }: StoredArray): void {
    this.#describe(`${path}/.zarray`, {
      chunks: shape,
      compressor: null,
      dtype,
      fill_value: null, // a number here would be read as a missing value
      filters: null,
      order: 'C',
      shape,
      zarr_format: 2,
    });
    this.#describe(`${path}/.zattrs`, { _ARRAY_DIMENSIONS: axes });
    const chunk = shape.map(() => '0').join('.');
    this.#files.set(`${path}/${chunk}`, new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  }

  finished(): Map<string, Uint8Array> {
    const all = { metadata: this.#metadata, zarr_consolidated_format: 1 };
    return new Map([...this.#files, ['.zmetadata', json(all)]]);
  }

  #describe(path: string, value: unknown): void {
    this.#metadata[path] = value;
    this.#files.set(path, json(value));
  }
}

const json = (value: unknown) => new TextEncoder().encode(`${JSON.stringify(value, null, 2)}\n`);

/** Names become folders, and no two of them may be the same one. */
function checkName(where: string, name: string, taken: ReadonlyMap<string, unknown> = new Map()): void {
  if (!/^[\p{L}_][\p{L}\p{N}._-]*$/u.test(name)) {
    const expected = 'a name of letters, digits, _, - and ., a letter or _ first';
    throw new ExpectationError({ where, expected, received: `'${name}'` });
  }
  if (!taken.has(name)) return;
  throw new ExpectationError({ where, expected: 'quantities of other names than the axes', received: `'${name}'` });
}
