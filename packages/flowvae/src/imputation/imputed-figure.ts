// The picture of imputed rows: images with holes above their means and a draw; or columns, observed beside imputed.
import { widthOfDatum } from '@flowvae/datasets';
import type { Imputed } from '@flowvae/evaluation';
import { imageGrid, marginals } from '@flowvae/figures';
import { datumColumns } from '../report/datum-columns.ts';
import { drawnChannels, drawnImages, imageForm, isPicture } from '../report/image-figures.ts';
import { modelIn } from '../report/picture-parts.ts';
import type { ModelParts } from '../run/experiment.ts';

/** The rows of a picture. */
export interface ImputedPicture {
  /** Takes a row [x, mask] and, where entries are missing, its imputation. */
  add(row: Float32Array, imputed: Imputed | undefined): void;
  /** The PNG; undefined if nothing was missing. */
  png(): Uint8Array | undefined;
}

/** A picture that keeps as many rows as it shows. */
export const imputedPicture = (parts: ModelParts): ImputedPicture =>
  isPicture(parts.data) ? imagesPicture(parts) : columnsPicture(parts);

/** Images side by side, and groups of three rows. */
const [ACROSS, GROUPS] = [10, 2];

function imagesPicture(parts: ModelParts): ImputedPicture {
  const { data } = parts;
  const width = widthOfDatum(data);
  const kept: { readonly x: Float32Array; readonly mask: Float32Array; readonly filled: Float32Array[] }[] = [];
  return {
    add(row, imputed) {
      if (!imputed || kept.length === ACROSS * GROUPS) return;
      const filled = [Float32Array.from(imputed.mean), imputed.draws.slice(0, width)];
      kept.push({ x: row.slice(0, width), mask: row.slice(width, 2 * width), filled });
    },
    png() {
      if (kept.length === 0) return undefined;
      const across = Math.min(ACROSS, kept.length);
      const groups = Array.from({ length: Math.ceil(kept.length / across) }, (_, g) =>
        kept.slice(g * across, (g + 1) * across),
      );
      const seen = new Float32Array(width).fill(1);
      const blank = { x: new Float32Array(width), mask: new Float32Array(width), filled: [] };
      const cells = groups.flatMap((group) => {
        const whole = [...group, ...Array.from({ length: across - group.length }, () => blank)];
        return [
          ...whole.map(({ x, mask }) => ({ image: x, mask })),
          ...[0, 1].flatMap((which) =>
            whole.map(({ x, filled }) => ({ image: filled[which] ?? x, mask: filled[which] ? seen : blank.mask })),
          ),
        ];
      });
      return imageGrid({
        images: drawnImages(joined(cells.map(({ image }) => image)), data),
        mask: drawnChannels(joined(cells.map(({ mask }) => mask)), data),
        ...imageForm(data),
        columns: across,
        rowLabels: groups.flatMap(() => ['observed', 'mean', 'draw']),
        title: `Images with missing pixels and imputations, ${modelIn(parts)}`,
      });
    },
  };
}

/** Rows of data, and imputed rows, in a figure of columns. */
const [MOST_ROWS, MOST_IMPUTED] = [2000, 20_000];

/** Values of imputed rows that are kept at most. */
const MOST_VALUES = 2 ** 22;

function columnsPicture(parts: ModelParts): ImputedPicture {
  const { data, plan } = parts;
  const width = widthOfDatum(data);
  const most = Math.min(MOST_IMPUTED, Math.floor(MOST_VALUES / width));
  const observed = new Series();
  const imputations = new Series();
  return {
    add(row, imputed) {
      const [x, mask] = [row.subarray(0, width), row.subarray(width, 2 * width)];
      if (observed.rows < MOST_ROWS) observed.add(x, mask);
      if (!imputed) return;
      const missing = mask.map((seen) => 1 - seen);
      for (let at = 0; at < imputed.draws.length && imputations.rows < most; at += width) {
        imputations.add(imputed.draws.subarray(at, at + width), missing);
      }
    },
    png() {
      if (imputations.rows === 0) return undefined;
      const columns = datumColumns(data, plan.binarisation).filter(({ at }) => imputations.has(at));
      return marginals({
        title: `Columns with missing entries, observed and imputed, ${modelIn(parts)}`,
        columns,
        width,
        series: [
          { label: 'observed', ...observed.table },
          { label: 'imputed', ...imputations.table, isPart: true },
        ],
      });
    },
  };
}

/** Rows with masks. */
class Series {
  readonly #values: Float32Array[] = [];
  readonly #masks: Float32Array[] = [];

  add(values: Float32Array, mask: Float32Array): void {
    this.#values.push(values.slice());
    this.#masks.push(mask.slice());
  }

  get rows(): number {
    return this.#values.length;
  }

  has(variable: number): boolean {
    return this.#masks.some((mask) => mask[variable] === 1);
  }

  get table() {
    return { values: joined(this.#values), mask: joined(this.#masks) };
  }
}

function joined(rows: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(rows.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const row of rows) {
    all.set(row, at);
    at += row.length;
  }
  return all;
}
