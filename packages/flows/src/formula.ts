// Flow formulas such as `planar*10` or `planar*8-planar*2`: one parser over one table, for the command line and config files.
import { ExpectationError } from '@flowvae/tensor';
import { chain } from './chain.ts';
import type { InvertibleFlow } from './flow.ts';
import { planar } from './planar.ts';

/** Makes `count` layers of a flow. */
type FlowFactory = (dim: number, count: number) => InvertibleFlow;

/** Every flow that a formula can name. To add one: a row. */
const flowTable: Readonly<Record<string, FlowFactory>> = {
  planar: (dim, layers) => planar(dim, layers),
};

/** Layers of one term; a limit that a typing error exceeds and an experiment does not. */
const MOST_LAYERS = 1024;

const grammar = `terms joined by '-', each a flow (${Object.keys(flowTable).join(', ')}) with an optional '*count'`;

/**
 * Parses a formula into a flow: terms joined by `-` are applied from left to right; `*n` repeats a term with parameters of its own.
 *
 * @param formula e.g. `planar*10`
 * @param dim the latent's width
 * @throws ExpectationError that points at the character where the formula ends to be one
 */
export function parseFlow(formula: string, dim: number): InvertibleFlow {
  let at = 0;
  const links = formula.split('-').map((term) => {
    const link = parseTerm(formula, at, term, dim);
    at += term.length + 1;
    return link;
  });
  return links.length === 1 ? links[0]! : chain(links);
}

function parseTerm(formula: string, start: number, term: string, dim: number): InvertibleFlow {
  const [name = '', count, ...surplus] = term.split('*');
  const factory = Object.hasOwn(flowTable, name) ? flowTable[name] : undefined;
  if (!factory) throw refusal(formula, start, name);
  if (count === undefined) return factory(dim, 1);
  const layers = /^\d+$/.test(count) ? Number(count) : 0;
  const countAt = start + name.length + 1;
  if (layers < 1 || layers > MOST_LAYERS) throw refusal(formula, countAt, count, `a count from 1 to ${MOST_LAYERS}`);
  if (surplus.length > 0) throw refusal(formula, countAt + count.length, `*${surplus.join('*')}`);
  return factory(dim, layers);
}

function refusal(formula: string, at: number, found: string, expected = grammar): ExpectationError {
  const received = found === '' ? `nothing at character ${at + 1}` : `'${found}' at character ${at + 1}`;
  return new ExpectationError({ where: `flow formula '${formula}'`, expected, received });
}
