// The content of picture-flows.json, which picture_flows.py writes.
import { readCommitted } from './committed-json.ts';

/** Numbers that nflows and normflows compute with one set of parameters. */
export interface PictureCase {
  readonly name: string;
  /** The function of flowvae that makes the flow. */
  readonly made: string;
  readonly shape: readonly [height: number, width: number, channels: number];
  /** That function's options. */
  readonly options: object;
  /** The packages that agree on the numbers. */
  readonly by: readonly string[];
  /** By flowvae's names; decimals of float32 numbers, as are x and the noise. */
  readonly params: Readonly<Record<string, readonly number[]>>;
  /** Two points, at which both directions are taken. */
  readonly x: readonly number[];
  /** From pictures to noise. */
  readonly noise: readonly number[];
  readonly logDet: readonly number[];
  /** From noise to pictures. */
  readonly picture: readonly number[];
  readonly pictureLogDet: readonly number[];
  /** log p(x) in nats, of whole models. */
  readonly logProb?: readonly number[];
  /** Bits per dimension of whole levels from 0 to 255 with uniform noise, behind the logit with α = 0.05. */
  readonly dequantised?: {
    readonly levels: readonly number[];
    readonly noise: readonly number[];
    readonly bits: readonly number[];
  };
}

/** A permutation of channels that flowvae draws from a key, folded with a level and a step of Glow. */
interface DrawnOrder {
  readonly folds: readonly number[];
  readonly order: readonly number[];
}

/** Everything in picture-flows.json. */
export interface PictureReference {
  readonly madeBy: string;
  readonly key: number;
  readonly orders: readonly DrawnOrder[];
  readonly cases: readonly PictureCase[];
}

/** The committed numbers. */
export const pictureReference = (): PictureReference => readCommitted('picture-flows');
