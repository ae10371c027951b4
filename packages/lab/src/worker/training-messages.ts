// The messages between the room Train and its worker.

/** Settings of a training, by the names of the command's options. */
export interface TrainSettings {
  /** A formula, or `none`. */
  readonly flow: string;
  readonly latent: number;
  readonly hidden: readonly number[];
  readonly objective: 'elbo' | 'iwae';
  readonly lr: number;
  readonly batch: number;
  readonly steps: number;
  readonly seed: number;
  readonly engine: 'compiled' | 'webgpu' | 'eager';
  /** Of the engine `compiled`, where the page may use more than one. */
  readonly threads: number;
}

/** Pictures as bytes. */
export interface TrainPictures {
  readonly images: Uint8Array;
  readonly labels: Uint8Array | undefined;
  readonly height: number;
  readonly width: number;
}

/** From the page. */
export type ToTraining =
  | {
      readonly say: 'begin';
      /** The number of the training, which its messages carry: an earlier one may still end. */
      readonly training: number;
      readonly settings: TrainSettings;
      readonly pictures: TrainPictures;
      /** Parameters to go on from: those that fit by name and shape are taken. */
      readonly from?: Readonly<Record<string, Float32Array>>;
      /** Folder of onnxruntime-web's files; absent where the page has none. */
      readonly runtime?: string | undefined;
    }
  | { readonly say: 'pause' | 'go-on' | 'stop' | 'parameters' };

/** Means over the steps since the last report. */
export interface TrainEntry {
  readonly step: number;
  readonly loss: number;
  readonly terms: Readonly<Record<string, number>>;
  readonly gradientNorm: number;
  readonly msPerStep: number;
}

/** Pictures of the model at a step. */
export interface TrainView {
  readonly step: number;
  /** Means of the likelihood at draws of the prior, [count, height·width], from 0 to 1. */
  readonly samples: Float32Array;
  /** A point in the plane for each shown picture, [count, 2]. */
  readonly map: Float32Array;
  /** Their classes. */
  readonly labels: Uint8Array | undefined;
  /** Whether the plane is that of the first two principal components; else it is the latent space itself. */
  readonly isProjected: boolean;
}

/** To the page, from the training of a number. */
export type FromTraining = Told & { readonly training: number };

/** Contents of messages to the page. */
export type Told =
  | {
      readonly tell: 'begun';
      readonly engine: string;
      readonly threads: number;
      readonly parameters: number;
      readonly fallback?: string;
      /** The arrays that came from given parameters, in words. */
      readonly taken?: string;
    }
  | { readonly tell: 'entry'; readonly entry: TrainEntry }
  | { readonly tell: 'view'; readonly view: TrainView }
  | { readonly tell: 'parameters'; readonly step: number; readonly values: Readonly<Record<string, StoredValues>> }
  | { readonly tell: 'paused'; readonly step: number }
  | { readonly tell: 'done'; readonly step: number }
  | { readonly tell: 'failed'; readonly message: string };

/** A tensor to keep. */
export interface StoredValues {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}
