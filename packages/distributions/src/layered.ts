// Draws layer by layer: an ability of distributions made by a flow.
import type { Tensor, Tensor1D, Tensor2D } from '@flowvae/tensor';
import type { Samplable } from './distribution.ts';

/** The change of draws by one layer of a flow. */
export interface LayerPart {
  /** `planar[3]`, inside a chain `1.planar[3]`; counted from 0. */
  readonly name: string;
  /** The draws that the layer takes, [B, D]. */
  readonly input: Tensor2D;
  /** [B], nats. */
  readonly logDet: Tensor1D;
  /** Quantities that must be positive for the layer to be a bijection, by name (planar: `1 + wᵀû`); of any shape. */
  readonly invariants: Readonly<Record<string, Tensor>>;
}

/** Draws with the parts of their log-density: log q(z_K) = logBase − Σ logDet of the layers. */
export interface LayeredDraw {
  /** z_K [B, D] */
  readonly z: Tensor2D;
  /** log q₀(z₀) [B], nats. */
  readonly logBase: Tensor1D;
  /** The layer applied first is the first; empty for a distribution without flow. */
  readonly layers: readonly LayerPart[];
}

/** A distribution that can draw layer by layer. */
export interface Layered extends Samplable {
  /** The draw that `sampleAndLogProb` makes of the same noise [B, width], one layer after the other. */
  drawAlongLayers(noise: Tensor2D): LayeredDraw;
}

/** A draw layer by layer, of any distribution; a distribution without this ability is all base. */
export function layeredDraw(distribution: Samplable, noise: Tensor2D): LayeredDraw {
  if (isLayered(distribution)) return distribution.drawAlongLayers(noise);
  const { z, logProb } = distribution.sampleAndLogProb(noise);
  return { z, logBase: logProb, layers: [] };
}

const isLayered = (distribution: Samplable): distribution is Layered => 'drawAlongLayers' in distribution;
