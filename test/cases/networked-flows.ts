// Flows with networks inside.
import { type Flow, type InvertibleFlow, iaf, maf, nice, realnvp, spline } from '@flowvae/flows';
import { type FlowCase, flowCase, keepsVolume } from './flow-case.ts';

/** Networks that a law can run through D² times on plain JavaScript. */
const networks = { hidden: 12, contextWidth: 3 };

/** Flows with networks inside: each free and with a context. */
const networked = (
  row: Pick<FlowCase, 'name' | 'madeBy' | 'scales'> & Partial<FlowCase>,
  make: (dim: number, options: typeof networks | { hidden: number }) => Flow | InvertibleFlow,
): FlowCase[] =>
  [
    { name: row.name, dims: [2, 5], options: { hidden: networks.hidden } },
    { name: `${row.name} with context`, dims: [2, 5, 40], options: networks },
  ].map(({ name, dims, options }) => flowCase({ dims, ...row, name, make: (dim) => make(dim, options) }));

export const networkedFlowCases = [
  ...networked(
    {
      name: 'nice-perm*3',
      madeBy: 'nice',
      scales: { small: 0.1, trained: 0.5 },
      ...keepsVolume,
    },
    (dim, options) => nice(dim, { ...options, layers: 3, mixing: 'permutation' }),
  ),
  ...networked(
    {
      name: 'nice-orth*3',
      madeBy: 'nice',
      scales: { small: 0.1, trained: 0.5 },
      ...keepsVolume,
    },
    (dim, options) => nice(dim, { ...options, layers: 3, mixing: 'orthogonal' }),
  ),
  ...networked({ name: 'realnvp*3', madeBy: 'realnvp', scales: { small: 0.1, trained: 0.5 } }, (dim, options) =>
    realnvp(dim, { ...options, layers: 3 }),
  ),
  ...networked({ name: 'iaf*2', madeBy: 'iaf', scales: { small: 0.1, trained: 0.5 } }, (dim, options) =>
    iaf(dim, { ...options, layers: 2 }),
  ),
  // forward takes D passes a layer, each of them repeated D times for a Jacobian: networked-flows.test.ts looks at D =
  // 40 the fast way
  ...networked({ name: 'maf*2', madeBy: 'maf', dims: [2, 5], scales: { small: 0.1, trained: 0.5 } }, (dim, options) =>
    maf(dim, { ...options, layers: 2 }),
  ),
  // its slope has kinks at the knots, so that differences need parameters that do not carry many points across them
  ...networked({ name: 'spline(5)*2', madeBy: 'spline', scales: { small: 0.05, trained: 0.2 } }, (dim, options) =>
    spline(dim, { ...options, layers: 2, bins: 5 }),
  ),
];
