// A training state on a graphics card: loss, gradients, clipping and update are one graph there, and parameters and the
// optimiser's averages stay from step to step.
import {
  type Arrays,
  ASSIGNED,
  chainGraphs,
  DeviceArray,
  DeviceProgram,
  DeviceReader,
  type DeviceValues,
  forDevice,
  type Graph,
  type InputShapes,
  packOutputs,
  packVariables,
  traceGraph,
} from '@flowvae/compiler';
import type { NamedVariables } from '@flowvae/tensor';
import { assignVariables } from '../memory/flat-parameters.ts';
import { nonTrainableOf, trainableOf } from '../memory/non-trainable.ts';
import { FIRST_SLOT, GRADIENTS, PARAMETERS, type Update } from '../memory/optimizer.ts';
import type { TrainingState, TrainingStateOptions, ValuesByName } from '../memory/training-state.ts';
import { GRADIENT, stepValues, withGradients } from '../steps/gradient-step.ts';
import {
  GRADIENT_VALUES,
  NORM,
  PARAMETER_VALUES,
  SQUARES,
  scalarName,
  slotName,
  structureOf,
  updateFunction,
  varyingOf,
} from './update-function.ts';

/** Loss, terms and gradient norm side by side: one array comes back from the device, not one for each. */
const NUMBERS = 'numbers';

/**
 * A step on the device as one graph. Its inputs are those of the loss, the flat vectors of the parameters and of the
 * optimiser's slots, and the update's varying scalars; its outputs are the new vectors, the gradients and `numbers`.
 */
export interface DeviceStep {
  readonly graph: Graph;
  /** Names of the numbers, in their order. */
  readonly numbers: readonly string[];
}

/** Joins the traced step with the update. */
export function deviceStep({ loss, variables, inputShapes, slots }: TrainingStateOptions, update: Update): DeviceStep {
  const trained = Object.entries(trainableOf(variables)).map(([name, { size }]) => ({ name, size }));
  const length = trained.reduce((sum, { size }) => sum + size, 0);
  const step = traceGraph(withGradients(loss, variables), inputShapes, { variables, isForDevice: true });
  const gradients = trained.map(({ name, size }) => ({ name: GRADIENT + name, size }));
  const flat = packOutputs(packVariables(step, trained, PARAMETER_VALUES), gradients, GRADIENT_VALUES);
  const whole = chainGraphs(flat, updateGraph(update, slots, length));
  // a scalar that the loss assigns to a variable is no number of the step
  const numbers = whole.outputs.filter(({ name, value }) => value.shape.length === 0 && !name.startsWith(ASSIGNED));
  const names = numbers.map(({ name }) => name);
  const parts = names.map((name) => ({ name, size: 1 }));
  return { graph: forDevice(packOutputs(whole, parts, NUMBERS)), numbers: names };
}

function updateGraph(update: Update, slots: number, length: number): Graph {
  const vectors = [PARAMETER_VALUES, GRADIENT_VALUES, ...Array.from({ length: slots }, (_, slot) => slotName(slot))];
  const shapes: InputShapes = Object.fromEntries([
    ...vectors.map((name) => [name, [length]] as const),
    ...varyingOf(update).map((_, index) => [scalarName(index), []] as const),
  ]);
  return traceGraph(updateFunction(update, slots), shapes, { isForDevice: true });
}

/** A step's results that wait for `commit`. */
interface Pending {
  readonly regions: ReadonlyMap<number, DeviceArray>;
  readonly assigned: ValuesByName;
}

/** A training state whose regions are vectors on the device. */
class DeviceState implements TrainingState {
  readonly #options: TrainingStateOptions;
  /** Trainable variables by name, in their order in the vectors. */
  readonly #trained: NamedVariables;
  readonly #regions: DeviceValues[];
  #others: ValuesByName;
  #pending: Pending | undefined;
  #norm = 0;
  #squares = 0;
  #program: { readonly structure: string; readonly program: DeviceProgram; readonly step: DeviceStep } | undefined;
  readonly #reader: DeviceReader;

  constructor(options: TrainingStateOptions) {
    this.#options = options;
    const { variables, slots } = options;
    this.#trained = trainableOf(variables);
    const length = Object.values(this.#trained).reduce((sum, { size }) => sum + size, 0);
    this.#regions = Array.from({ length: FIRST_SLOT + slots }, () => new Float32Array(length));
    this.#others = valuesOf(nonTrainableOf(variables));
    this.#set(PARAMETERS, valuesOf(this.#trained));
    this.#reader = new DeviceReader(length);
  }

  async run(arrays: Arrays, update: Update) {
    this.#drop();
    const { program, step } = await this.#programFor(update);
    const scalars = varyingOf(update).map((value, index) => [scalarName(index), Float32Array.of(value)] as const);
    const slots = this.#regions.slice(FIRST_SLOT).map((values, slot) => [slotName(slot), values] as const);
    const results = await program.run({
      ...arrays,
      ...this.#others,
      ...Object.fromEntries([...scalars, ...slots]),
      [PARAMETER_VALUES]: this.#regions[PARAMETERS]!,
    });
    const numbers = results[NUMBERS] as Float32Array;
    const named = Object.fromEntries(step.numbers.map((name, i) => [name, [numbers[i]!]] as const));
    this.#norm = named[NORM]![0]!;
    this.#squares = named[SQUARES]![0]!;
    this.#pending = {
      regions: new Map(
        [PARAMETER_VALUES, GRADIENT_VALUES, ...slots.map(([name]) => name)].flatMap((name, region) => {
          const values = results[name];
          return values instanceof DeviceArray ? [[region, values] as const] : [];
        }),
      ),
      assigned: Object.fromEntries(
        Object.keys(this.#others).map((name) => [
          name,
          (results[ASSIGNED + name] ?? this.#others[name]) as Float32Array,
        ]),
      ),
    };
    return stepValues(named);
  }

  assigned(): ValuesByName {
    return this.#pending?.assigned ?? this.#others;
  }

  gradientNorm(): number {
    return this.#norm;
  }

  /** Activations of a device may make numbers of NaN, so a broken parameter need not show in any later loss. */
  breaksParameters(): boolean {
    return !Number.isFinite(this.#squares);
  }

  commit(): void {
    if (!this.#pending) return;
    const { regions, assigned } = this.#pending;
    this.#pending = undefined;
    for (const [region, values] of regions) this.#place(region, values);
    this.#others = assigned;
  }

  async readRegion(index: number): Promise<ValuesByName> {
    // gradients are of the last run, committed or not
    const placed = (index === GRADIENTS && this.#pending?.regions.get(GRADIENTS)) || this.#regions[index]!;
    const values = placed instanceof DeviceArray ? await this.#reader.read(placed) : placed;
    return { ...this.#named(values), ...(index === PARAMETERS ? this.#others : {}) };
  }

  async writeRegion(index: number, values: ValuesByName): Promise<void> {
    this.#set(index, values);
    if (index !== PARAMETERS) return;
    this.#others = Object.fromEntries(Object.keys(this.#others).map((name) => [name, values[name]!.slice()]));
  }

  async writeVariables(): Promise<void> {
    assignVariables(this.#options.variables, await this.readRegion(PARAMETERS));
  }

  async dispose(): Promise<void> {
    this.#drop();
    for (const region of this.#regions.keys()) this.#place(region, new Float32Array(0));
    // a device that is lost cannot free anything; the error of the run matters more
    await Promise.allSettled([this.#program?.program.dispose(), this.#reader.dispose()]);
  }

  async #programFor(update: Update) {
    const structure = structureOf(update);
    if (this.#program?.structure === structure) return this.#program;
    const step = deviceStep(this.#options, update);
    const slots = this.#regions.slice(FIRST_SLOT).map((_, slot) => slotName(slot));
    const program = await DeviceProgram.open(step.graph, [PARAMETER_VALUES, GRADIENT_VALUES, ...slots]);
    await this.#program?.program.dispose();
    this.#program = { structure, program, step };
    return this.#program;
  }

  /** Frees the results of a run that was not committed. */
  #drop(): void {
    for (const values of this.#pending?.regions.values() ?? []) values.dispose();
    this.#pending = undefined;
  }

  #place(region: number, values: DeviceValues): void {
    const before = this.#regions[region];
    this.#regions[region] = values;
    if (before instanceof DeviceArray) before.dispose();
  }

  #set(region: number, values: ValuesByName): void {
    const whole = new Float32Array(this.#regions[region]!.length);
    for (const [name, view] of Object.entries(this.#named(whole))) view.set(values[name]!);
    this.#place(region, whole);
  }

  /** Views of a vector by variable name. */
  #named(whole: Float32Array): ValuesByName {
    let offset = 0;
    return Object.fromEntries(
      Object.entries(this.#trained).map(([name, { size }]) => {
        const view = whole.subarray(offset, offset + size);
        offset += size;
        return [name, view];
      }),
    );
  }
}

const valuesOf = (variables: NamedVariables): ValuesByName =>
  Object.fromEntries(
    Object.entries(variables).map(([name, variable]) => [name, variable.dataSync<'float32'>().slice()]),
  );

/** Opens the state; the parameters go to the device with the first step. */
export const deviceState = (options: TrainingStateOptions): TrainingState => new DeviceState(options);
