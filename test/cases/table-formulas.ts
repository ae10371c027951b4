// Two layers of every flow that a formula can name, at a width that suits it.
import { flowTable, readFlowFormula } from '@flowvae/flows/plain';

/** Whether a flow suits a latent without arguments: a square picture has as many numbers as a side's square. */
function suits(name: string, dim: number): boolean {
  try {
    return readFlowFormula(name, dim).length === 1;
  } catch {
    return false;
  }
}

/** `planar*2`, … for the flows that suit a width without arguments: all but some of pictures. */
export const formulasAt = (dim: number): readonly string[] =>
  Object.keys(flowTable)
    .filter((name) => suits(name, dim))
    .map((name) => `${name}*2`);
