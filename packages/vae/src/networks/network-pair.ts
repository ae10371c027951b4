// An encoder and a decoder that belong together, and the options that any maker of such a pair takes.
import type { Initialisation } from '@flowvae/flows';
import type { Key } from '@flowvae/random';
import type { MlpOptions, Network } from './network.ts';

/** Outputs of a decoder, as a likelihood takes them. */
export interface DecoderOutputs {
  /** Outputs for each of the P values. */
  readonly perValue: number;
  /** Whether the outputs of one value lie side by side, [P, perValue]; absent: [perValue, P]. */
  readonly byValue?: boolean | undefined;
  /** The start of the outputs, [perValue·P] in the same order; absent: the initialisation's. */
  readonly bias?: Float32Array | undefined;
}

/** Options of every {@link NetworkMaker}; each maker uses those that concern it. */
export interface NetworkPairOptions {
  /** Shape of a datum: [height, width, channels] of a picture, or [P]. */
  readonly shape: readonly number[];
  /** Columns that the encoder reads, without the condition: P, or 2P for [x, m], a picture and its mask. */
  readonly inputWidth: number;
  readonly latent: number;
  /** Columns of a condition behind the encoder's input, and behind z. Default 0. */
  readonly conditionWidth?: number | undefined;
  readonly outputs: DecoderOutputs;
  /** Widths of the encoder's hidden layers. The last one is the width of the features. */
  readonly hidden: readonly number[];
  readonly activation: MlpOptions['activation'];
  /** Default `'glorot'`. */
  readonly initialisation?: Initialisation | undefined;
  readonly key: Key;
}

/** x [B, inputWidth + conditionWidth] → features, and z [B, latent + conditionWidth] → outputs [B, perValue·P]. */
export interface NetworkPair {
  readonly encoder: Network;
  readonly decoder: Network;
}

/** Makes encoder and decoder; equal options give equal initial weights, byte for byte. */
export type NetworkMaker = (options: NetworkPairOptions) => NetworkPair;
