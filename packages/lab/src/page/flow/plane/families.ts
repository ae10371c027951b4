// The families of flows on the plane, from the table of all flows, and the formula of a layer of each.
import { flowTable } from '@flowvae/flows';

export type FlowName = keyof typeof flowTable;

/** The formula of one layer. */
interface LayerFormula {
  readonly map: string;
  readonly logDet: string;
}

const formulas: Readonly<Partial<Record<FlowName, LayerFormula>>> = {
  planar: { map: 'z′ = z + û·tanh(wᵀz + b)', logDet: 'log|det J| = log(1 + (1 − tanh²(wᵀz + b))·wᵀû)' },
  'planar-leaky': { map: 'z′ = z + û·h(wᵀz + b), h = leaky ReLU', logDet: 'log|det J| = log(1 + h′(wᵀz + b)·wᵀû)' },
  householder: { map: 'z′ = z − 2v(vᵀz)/‖v‖²', logDet: 'log|det J| = 0: a mirror keeps areas' },
  radial: {
    map: 'z′ = z + β̂(z − z₀)/(α + r), r = ‖z − z₀‖',
    logDet: 'log|det J| = log(1 + β̂h) + log(1 + β̂h + β̂h′r), h = 1/(α + r)',
  },
  affine: { map: 'z′ = exp(s)·z + shift', logDet: 'log|det J| = s₁ + s₂' },
  full: { map: 'z′ = Lz + shift, L lower triangular', logDet: 'log|det J| = log L₁₁ + log L₂₂' },
  lu: { map: 'z′ = PLUz', logDet: 'log|det J| = log|U₁₁| + log|U₂₂|' },
  permutation: { map: 'z′ = Pz', logDet: 'log|det J| = 0: a permutation keeps areas' },
  actnorm: { map: 'z′ = (z + shift)·exp(s)', logDet: 'log|det J| = s₁ + s₂' },
  'sylvester-o': { map: 'z′ = z + QR·tanh(R̃Qᵀz + b), Q orthogonal', logDet: 'log|det J| = Σ log(1 + tanh′·rᵢᵢr̃ᵢᵢ)' },
  'sylvester-h': { map: 'z′ = z + QR·tanh(R̃Qᵀz + b), Q of mirrors', logDet: 'log|det J| = Σ log(1 + tanh′·rᵢᵢr̃ᵢᵢ)' },
  'sylvester-t': { map: 'z′ = z + QR·tanh(R̃Qᵀz + b), Q fixed', logDet: 'log|det J| = Σ log(1 + tanh′·rᵢᵢr̃ᵢᵢ)' },
  'nice-perm': { map: 'z′ = P·(z₁, z₂ + net(z₁))', logDet: 'log|det J| = 0: a shear keeps areas' },
  'nice-orth': { map: 'z′ = Q·(z₁, z₂ + net(z₁)), Q a rotation', logDet: 'log|det J| = 0: a shear keeps areas' },
  'nice-planar': { map: 'z′ = (z₁, z₂ + u·tanh(wz₁ + b))', logDet: 'log|det J| = 0: a shear keeps areas' },
  realnvp: { map: 'z′ = (z₁, z₂·exp(a(z₁)) + m(z₁)), then both change places', logDet: 'log|det J| = a(z₁)' },
  iaf: {
    map: 'z′ᵢ = zᵢ·exp(aᵢ) + mᵢ, (mᵢ, aᵢ) from zᵢ₋₁; each layer in the other order',
    logDet: 'log|det J| = a₁ + a₂',
  },
  maf: {
    map: 'z′ᵢ = (zᵢ − mᵢ)·exp(−aᵢ), (mᵢ, aᵢ) from z′ᵢ₋₁; each layer in the other order',
    logDet: 'log|det J| = −a₁ − a₂',
  },
  spline: {
    map: 'z′ = (z₁, s(z₂)), s an increasing spline by z₁; then both change places',
    logDet: 'log|det J| = log s′(z₂)',
  },
  positive: { map: 'z′ = log(1 + exp(z))', logDet: 'log|det J| = Σ log σ(zᵢ)' },
  interval: { map: 'z′ = σ(z), between 0 and 1', logDet: 'log|det J| = Σ log(σ(zᵢ)σ(−zᵢ))' },
  ordered: { map: 'z′ = (z₁, z₁ + log(1 + exp(z₂)))', logDet: 'log|det J| = log σ(z₂)' },
};

/** A family on the plane. */
export interface Family extends LayerFormula {
  readonly name: FlowName;
  readonly hasInverse: boolean;
}

/** All families that can map the plane; those of pictures need more dimensions. */
export const families: readonly Family[] = (Object.keys(flowTable) as FlowName[])
  .filter((name) => !flowTable[name].isOfPictures && (flowTable[name].fewest ?? 1) <= 2)
  .map((name) => ({
    name,
    hasInverse: flowTable[name].hasInverse !== false,
    ...(formulas[name] ?? { map: `z′ = ${name}(z)`, logDet: 'log|det J|' }),
  }));

/** A family by its name. */
export const familyOf = (name: FlowName): Family => families.find((family) => family.name === name)!;

/** Most layers that the page shows. */
export const MOST_LAYERS = 16;
