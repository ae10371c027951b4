// Tensors of a PyTorch module by name. Each is taken once, so that a missing or surplus tensor is an error.
import { ExpectationError, type StoredTensor } from '@flowvae/tensor';

/** The tensors under a prefix that have not been taken yet. */
export class StateDict {
  readonly #where: string;
  readonly #prefix: string;
  readonly #left: Map<string, StoredTensor>;
  readonly #tensors: Readonly<Record<string, StoredTensor>>;

  constructor(where: string, tensors: Readonly<Record<string, StoredTensor>>, prefix = '') {
    this.#where = where;
    this.#prefix = prefix;
    this.#tensors = tensors;
    this.#left = new Map(Object.entries(tensors).filter(([name]) => name.startsWith(prefix)));
  }

  /** Whether an untaken name has this beginning. */
  has(beginning: string): boolean {
    return [...this.#left.keys()].some((name) => name.startsWith(this.#prefix + beginning));
  }

  /** The shape of a tensor with this rank; the tensor stays untaken. */
  shape(name: string, rank: number): readonly number[] {
    const { shape } = this.#tensors[this.#prefix + name] ?? {};
    if (shape?.length === rank && !shape.includes(0)) return shape;
    const received = shape ? `[${shape.join(', ')}]` : 'none of that name';
    throw this.refusal(name, `a tensor of rank ${rank}`, received);
  }

  /**
   * A tensor's numbers. @throws ExpectationError if it is missing, has another shape, or holds a number that is not
   * finite
   */
  take(name: string, shape: readonly number[]): Float32Array {
    const tensor = this.#left.get(this.#prefix + name);
    const expected = `a tensor of shape [${shape.join(', ')}]`;
    if (!tensor) throw this.refusal(name, expected, 'none of that name');
    if (String(tensor.shape) !== String(shape)) throw this.refusal(name, expected, `[${tensor.shape.join(', ')}]`);
    const strange = tensor.values.find((value) => !Number.isFinite(value));
    if (strange !== undefined) throw this.refusal(name, 'finite numbers', String(strange));
    this.#left.delete(this.#prefix + name);
    return tensor.values;
  }

  /** Leaves out an optional tensor. */
  drop(name: string): void {
    this.#left.delete(this.#prefix + name);
  }

  /** @throws ExpectationError if a tensor was not taken */
  refuseOthers(): void {
    const [other] = this.#left.keys();
    if (other === undefined) return;
    throw this.refusal(other.slice(this.#prefix.length), 'only the parameters of the flows that can be imported', 'it');
  }

  refusal(name: string, expected: string, received: string): ExpectationError {
    return new ExpectationError({ where: `${this.#where}: ${this.#prefix}${name}`, expected, received });
  }
}

/** The same parameters of several layers, one after the other. */
export function joined(layers: readonly Readonly<Record<string, Float32Array>>[]): Record<string, Float32Array> {
  const names = Object.keys(layers[0] ?? {});
  return Object.fromEntries(names.map((name) => [name, inOne(layers.map((layer) => layer[name]!))] as const));
}

function inOne(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((size, { length }) => size + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
