// The numbers of the last steps, which stay on the device until somebody asks for them.
import { DeviceArray, DeviceReader, type DeviceValues } from '@flowvae/compiler';
import { RECORDED } from './device-step.ts';

/** A step's numbers by name, each as a list of one. */
export type NamedNumbers = Readonly<Record<string, readonly [number]>>;

/** The record between two steps, of the numbers with these names. */
export class StepRecord {
  readonly #names: readonly string[];
  readonly #reader: DeviceReader;
  #values: DeviceValues;

  constructor(names: readonly string[]) {
    this.#names = names;
    this.#values = new Float32Array(RECORDED * names.length);
    this.#reader = new DeviceReader(this.#values.length);
  }

  /** The next step's input. */
  get values(): DeviceValues {
    return this.#values;
  }

  /** Takes a step's output in the place of its input. */
  moveOn(values: DeviceValues): void {
    if (this.#values instanceof DeviceArray) this.#values.dispose();
    this.#values = values;
  }

  /** Waits for the device, and brings back the numbers of the last steps, oldest first; at most {@link RECORDED}. */
  async last(count: number): Promise<readonly NamedNumbers[]> {
    const values = this.#values instanceof DeviceArray ? await this.#reader.read(this.#values) : this.#values;
    const width = this.#names.length;
    return Array.from({ length: count }, (_, i) => {
      const from = (RECORDED - count + i) * width;
      return Object.fromEntries(this.#names.map((name, k) => [name, [values[from + k]!] as const]));
    });
  }

  /** Frees the record and its session. */
  async dispose(): Promise<void> {
    this.moveOn(new Float32Array(0));
    await this.#reader.dispose();
  }
}
