// The common part of flows with K layers: the name and the checks of their arguments.
import { checkParam, checkShape, ExpectationError, type Tensor2D } from '@flowvae/tensor';
import type { ParamShapes, Params } from '../flow.ts';

/**
 * `radial`, or `radial*10` for ten layers.
 *
 * @throws ExpectationError unless there is a whole number of layers, one or more
 */
export function layeredName(name: string, layers: number): string {
  if (!Number.isInteger(layers) || layers < 1) {
    throw new ExpectationError({
      where: `${name}: layers`,
      expected: 'a whole number from 1',
      received: String(layers),
      remedy: "for a posterior without a flow take 'none'",
    });
  }
  return layers === 1 ? name : `${name}*${layers}`;
}

/** The expected arguments of a check. */
interface Arguments<S extends ParamShapes> {
  readonly dim: number;
  readonly paramShapes: S;
  readonly params: Params<S>;
  /** Whether a row of parameters may serve a group of rows of the point. */
  readonly inGroups?: boolean;
}

/**
 * Checks a point [B, D] and every parameter [B|1, ...shape], or in groups [B/S|1, ...shape].
 *
 * @param where the public function's name, e.g. `radial.forward`
 * @param pointName `z` or `y`
 * @throws ShapeError
 */
export function checkArguments<S extends ParamShapes>(
  where: string,
  pointName: string,
  point: Tensor2D,
  { dim, paramShapes, params, inGroups = false }: Arguments<S>,
): void {
  const { batch } = checkShape(`${where}: ${pointName}`, point, ['batch', dim]);
  const most = Math.max(...Object.values(params).map(({ shape }) => shape[0] ?? 0));
  const rows = inGroups && most > 1 && batch! % most === 0 ? most : batch!;
  for (const [name, shape] of Object.entries(paramShapes))
    checkParam(`${where}: ${name}`, params[name]!, { shape, batch: rows });
}
