// The words for guides, parsed with the tables of flows alone.
import { type FlowTable, type FlowTerm, flowTable, readFlowFormula } from '@flowvae/flows/plain';
import { ExpectationError, FormulaCursor, nearestName } from '@flowvae/tensor/plain';

/** A guide as its word describes it: a normal of low rank, or the terms of a flow over the base. */
export type GuideTerms =
  | { readonly word: string; readonly rank: number }
  | { readonly word: string; readonly flow: readonly FlowTerm[] };

/** Guides that are normals, by their names, and the flows that make them from a standard normal. */
const normals = { 'mean-field': 'affine', 'full-rank': 'full' } as const;

const LOW_RANK = 'low-rank';

/** Flows that move and scale every dimension. */
const LOCATING = new Set(['affine', 'full']);

/** ⌈√D⌉; numpyro's `AutoLowRankMultivariateNormal` rounds √D. */
const usualRank = (dim: number) => Math.ceil(Math.sqrt(dim));

/**
 * Parses a guide's word: `mean-field`, `full-rank`, `low-rank` or `low-rank(5)`, or a flow formula such as `planar*16`
 * or `realnvp*4`. A flow that does not end with one gets an affine map at its end, so that it finds the target's place
 * and scale; before a term such as `positive`.
 *
 * @throws ExpectationError that points at the first character that is wrong; NarrowLatentError if the target has fewer
 * dimensions than a flow needs
 */
export function readGuide(word: string, dim: number, table: FlowTable = flowTable): GuideTerms {
  const name = word.replace(/\(.*$/s, '');
  refuseMistyped(word, name, table);
  if (name === LOW_RANK) return { word, rank: readRank(word, dim) };
  const formula = dim === 1 && word === 'full-rank' ? 'affine' : (normals[word as keyof typeof normals] ?? word);
  const terms = readFlowFormula(formula, dim, table);
  const inner = terms.filter(({ image }) => image === undefined);
  if (inner.length > 0 && LOCATING.has(inner.at(-1)!.name)) return { word, flow: terms };
  return { word, flow: readFlowFormula(withAffine(formula, terms), dim, table) };
}

/** A word that is nearer to a normal's name than to any flow is one mistyped. */
function refuseMistyped(word: string, name: string, table: FlowTable): void {
  const words = [...Object.keys(normals), LOW_RANK];
  const near = nearestName(name, [...words, ...Object.keys(table)]);
  if (near === undefined || !words.includes(near)) return;
  const expected = `${words.join(', ')}, or a flow formula`;
  throw new ExpectationError({ where: 'guide', expected, received: `'${word}'`, remedy: `did you mean ${near}?` });
}

/** An affine map after the last term, but before terms that map onto a part of R^D. */
function withAffine(formula: string, terms: readonly FlowTerm[]): string {
  const cut = terms.find(({ image }) => image !== undefined)?.at;
  if (cut === undefined) return `${formula}-affine`;
  return cut === 0 ? `affine-${formula}` : `${formula.slice(0, cut)}affine-${formula.slice(cut)}`;
}

function readRank(word: string, dim: number): number {
  const cursor = new FormulaCursor('guide', word);
  cursor.name([LOW_RANK], `${LOW_RANK}(rank)`);
  const fallback = Math.min(usualRank(dim), dim);
  const { rank } = cursor.args([{ name: 'rank', fallback, from: 1, to: dim }], `${LOW_RANK}(rank)`);
  if (!cursor.isAtEnd) throw cursor.refusal('the end', cursor.rest(/^.*/s));
  return rank!;
}
