// The page's side of a training: a worker, the numbers that it sent, and its curve.
import type {
  FromTraining,
  StoredValues,
  ToTraining,
  TrainEntry,
  TrainPictures,
  TrainSettings,
  TrainView,
} from '../../worker/training-messages.ts';
import { isSingleFile, startWorker } from '../parts/beside.ts';

/** Where a training is. */
export type Stage = 'idle' | 'starting' | 'training' | 'paused' | 'done' | 'failed';

/** A training as the page shows it. */
export interface TrainingState {
  readonly stage: Stage;
  readonly settings?: TrainSettings;
  readonly entries: readonly TrainEntry[];
  /** The step of a pause or of the end; entries come every few steps. */
  readonly step?: number;
  readonly view?: TrainView;
  /** Engine and threads, in words. */
  readonly engine?: string;
  readonly parameters?: number;
  /** The arrays that came from given parameters, in words; absent for a fresh start. */
  readonly taken?: string;
  readonly message?: string;
}

/** Parameters at a step. */
export interface Snapshot {
  readonly step: number;
  readonly values: Readonly<Record<string, StoredValues>>;
}

/** A state before the first training. */
export const idle: TrainingState = { stage: 'idle', entries: [] };

const engines: Readonly<Record<string, string>> = {
  compiled: 'one graph in WebAssembly',
  webgpu: 'ONNX Runtime on the graphics card, by WebGPU',
  eager: 'TensorFlow.js, kernel by kernel',
};

/** One worker, one training at a time. */
export class TrainingSession {
  #worker: Worker | undefined;
  readonly #onChange: (state: TrainingState) => void;
  #state: TrainingState = idle;
  #snapshot: ((snapshot: Snapshot) => void) | undefined;
  #training = 0;

  constructor(onChange: (state: TrainingState) => void) {
    this.#onChange = onChange;
    this.#start();
  }

  #start(): void {
    this.#worker?.terminate();
    this.#worker = startWorker('train');
    this.#worker.onmessage = ({ data }: MessageEvent<FromTraining>) => {
      if (data.training === this.#training) this.#receive(data);
    };
    this.#worker.onerror = ({ message }) => this.#change({ stage: 'failed', message });
  }

  begin(settings: TrainSettings, pictures: TrainPictures, from?: Readonly<Record<string, Float32Array>>): void {
    this.#state = { stage: 'starting', settings, entries: [] };
    this.#onChange(this.#state);
    const runtime = isSingleFile ? undefined : new URL('ort/', location.href.replace(/#.*/, '')).href;
    const training = ++this.#training;
    this.#send({ say: 'begin', training, settings, pictures, runtime, ...(from ? { from } : {}) });
  }

  /** Pauses after the step under way; the state says when. */
  pause(): void {
    this.#send({ say: 'pause' });
  }

  goOn(): void {
    this.#send({ say: 'go-on' });
    this.#change({ stage: 'training' });
  }

  stop(): void {
    this.#send({ say: 'stop' });
  }

  /** The present parameters. */
  parameters(): Promise<Snapshot> {
    return new Promise((resolve) => {
      this.#snapshot = resolve;
      this.#send({ say: 'parameters' });
    });
  }

  end(): void {
    this.#worker?.terminate();
  }

  #send(message: ToTraining): void {
    this.#worker?.postMessage(message);
  }

  #change(part: Partial<TrainingState>): void {
    this.#state = { ...this.#state, ...part };
    this.#onChange(this.#state);
  }

  #receive(told: FromTraining): void {
    if (told.tell === 'begun') {
      const threads = `, ${told.threads} thread${told.threads === 1 ? '' : 's'}`;
      const engine = `${engines[told.engine] ?? told.engine}${told.engine === 'compiled' ? threads : ''}`;
      const message = told.fallback;
      const taken = told.taken;
      this.#change({
        stage: 'training',
        engine,
        parameters: told.parameters,
        ...(message ? { message } : {}),
        ...(taken ? { taken } : {}),
      });
    }
    if (told.tell === 'entry') this.#change({ entries: [...this.#state.entries, told.entry] });
    if (told.tell === 'view') this.#change({ view: told.view });
    if (told.tell === 'parameters') this.#snapshot?.({ step: told.step, values: told.values });
    if (told.tell === 'paused') this.#change({ stage: 'paused', step: told.step });
    if (told.tell === 'done') this.#change({ stage: 'done', step: told.step });
    if (told.tell === 'failed') this.#change({ stage: 'failed', message: told.message });
  }
}
