// The density at every pixel by the inverse, computed piece by piece while nothing moves.
import { useEffect, useState } from 'preact/hooks';
import { bases } from '../plane/bases.ts';
import { exactDensity, scoresAnywhere } from '../plane/exact-density.ts';
import type { Raster } from '../plane/mesh-density.ts';
import type { Exploration } from './use-explorer.ts';

/** Rows of pixels in a piece: a piece should not cost a frame. */
const ROWS = 10;

/** Time at rest before the work begins, ms. */
const WAIT_MS = 200;

/** Densities of the raster, once they are there; undefined while something moves or the inverse is a search. */
export function useExactDensity(exploration: Exploration, { size, half }: Raster): Float32Array | undefined {
  const { model, at, isMoving } = exploration;
  const { flow, values, setup } = model;
  const [exact, setExact] = useState<{ readonly of: object; readonly at: number; readonly raster: Float32Array }>();
  useEffect(() => {
    if (isMoving || !Number.isInteger(at) || !scoresAnywhere(flow)) return;
    const raster = new Float32Array(size * size);
    const middle = (i: number) => -half + ((i + 0.5) * 2 * half) / size;
    let row = 0;
    let timer = Number(setTimeout(piece, WAIT_MS));
    function piece() {
      const rows = Math.min(ROWS, size - row);
      const points = Float32Array.from({ length: 2 * rows * size }, (_, i) =>
        middle(i % 2 ? row + Math.floor(i / (2 * size)) : (i >> 1) % size),
      );
      raster.set(exactDensity({ flow, values, base: bases[setup.base] }, at, points), row * size);
      row += rows;
      if (row < size) timer = Number(setTimeout(piece, 0));
      else setExact({ of: values, at, raster });
    }
    return () => clearTimeout(timer);
  }, [flow, values, setup.base, at, isMoving, size, half]);
  return exact && exact.of === values && exact.at === at && !isMoving ? exact.raster : undefined;
}
