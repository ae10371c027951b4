// A training state on a graphics card: loss, gradients, clipping and update are one graph there, and parameters and the
// optimiser's averages stay from step to step.
import { type Arrays, ASSIGNED, DeviceArray, DeviceProgram, DeviceReader, type DeviceValues } from '@flowvae/compiler';
import type { NamedVariables } from '@flowvae/tensor';
import { assignVariables } from '../memory/flat-parameters.ts';
import { nonTrainableOf, trainableOf } from '../memory/non-trainable.ts';
import { FIRST_SLOT, GRADIENTS, PARAMETERS, type Update } from '../memory/optimizer.ts';
import type {
  StepNumbers,
  StepsAhead,
  TrainingState,
  TrainingStateOptions,
  ValuesByName,
} from '../memory/training-state.ts';
import { stepValues } from '../steps/gradient-step.ts';
import { type DeviceStep, deviceStep, RECORD, RECORDED } from './device-step.ts';
import { type NamedNumbers, StepRecord } from './step-record.ts';
import {
  GRADIENT_VALUES,
  NORM,
  PARAMETER_VALUES,
  SQUARES,
  scalarName,
  slotName,
  structureOf,
  varyingOf,
} from './update-function.ts';

/** A step's results that wait for `commit`. */
interface Pending {
  readonly regions: ReadonlyMap<number, DeviceArray>;
  readonly assigned: ValuesByName;
}

/** The step's session for one structure of updates. */
interface OpenStep {
  readonly structure: string;
  readonly program: DeviceProgram;
  readonly step: DeviceStep;
}

/** A training state whose regions are vectors on the device. */
class DeviceState implements TrainingState {
  readonly #options: TrainingStateOptions;
  /** Trainable variables by name, in their order in the vectors. */
  readonly #trained: NamedVariables;
  readonly #regions: DeviceValues[];
  #others: ValuesByName;
  #pending: Pending | undefined;
  #numbers: NamedNumbers = {};
  #open: OpenStep | undefined;
  #record: StepRecord | undefined;
  readonly #reader: DeviceReader;
  /** The regions before the steps whose numbers are not known yet, without the gradients; empty if all are known. */
  readonly #before = new Map<number, DeviceValues>();

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
    await this.#step(arrays, update);
    [this.#numbers] = (await this.#record!.last(1)) as [NamedNumbers];
    return stepValues(this.#numbers);
  }

  readonly ahead: StepsAhead = {
    most: () => (this.#open && !assignsVariables(this.#open.step) ? RECORDED : 1),
    advance: async (arrays, update) => {
      if (this.#before.size === 0) {
        for (const [region, values] of this.#regions.entries())
          if (region !== GRADIENTS) this.#before.set(region, values);
      }
      await this.#step(arrays, update);
      this.commit();
    },
    settle: async (count) => {
      const numbers = await this.#record!.last(count);
      const areFinite = numbers.every((each) => Object.values(each).every(([value]) => Number.isFinite(value)));
      this.#settle(areFinite ? 'keep' : 'go back');
      if (!areFinite) return undefined;
      return numbers.map((each): StepNumbers => ({ ...stepValues(each), gradientNorm: each[NORM]![0] }));
    },
  };

  assigned(): ValuesByName {
    return this.#pending?.assigned ?? this.#others;
  }

  gradientNorm(): number {
    return this.#numbers[NORM]![0];
  }

  /** Activations of a device may make numbers of NaN, so a broken parameter need not show in any later loss. */
  breaksParameters(): boolean {
    return !Number.isFinite(this.#numbers[SQUARES]![0]);
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
    this.#settle('keep');
    for (const region of this.#regions.keys()) this.#place(region, new Float32Array(0));
    // a device that is lost cannot free anything; the error of the run matters more
    await Promise.allSettled([this.#open?.program.dispose(), this.#record?.dispose(), this.#reader.dispose()]);
  }

  /** Runs the graph; its results wait. */
  async #step(arrays: Arrays, update: Update): Promise<void> {
    this.#drop();
    const { program, step } = await this.#stepFor(update);
    this.#record ??= new StepRecord(step.numbers);
    const scalars = varyingOf(update).map((value, index) => [scalarName(index), Float32Array.of(value)] as const);
    const slots = this.#regions.slice(FIRST_SLOT).map((values, slot) => [slotName(slot), values] as const);
    const results = await program.run({
      ...arrays,
      ...this.#others,
      ...Object.fromEntries([...scalars, ...slots]),
      [PARAMETER_VALUES]: this.#regions[PARAMETERS]!,
      [RECORD]: this.#record.values,
    });
    this.#record.moveOn(results[RECORD]!);
    const regions = [PARAMETER_VALUES, GRADIENT_VALUES, ...slots.map(([name]) => name)].flatMap((name, region) => {
      const values = results[name];
      return values instanceof DeviceArray ? [[region, values] as const] : [];
    });
    const assigned = Object.entries(this.#others).map(
      ([name, values]) => [name, (results[ASSIGNED + name] ?? values) as Float32Array] as const,
    );
    this.#pending = { regions: new Map(regions), assigned: Object.fromEntries(assigned) };
  }

  async #stepFor(update: Update): Promise<OpenStep> {
    const structure = structureOf(update);
    if (this.#open?.structure === structure) return this.#open;
    const step = deviceStep(this.#options, update);
    const slots = this.#regions.slice(FIRST_SLOT).map((_, slot) => slotName(slot));
    const program = await DeviceProgram.open(step.graph, [PARAMETER_VALUES, GRADIENT_VALUES, RECORD, ...slots]);
    await this.#open?.program.dispose();
    this.#open = { structure, program, step };
    return this.#open;
  }

  /** Ends a stretch of steps: it stays, or the state is again the one before it. */
  #settle(decision: 'keep' | 'go back'): void {
    const before = [...this.#before];
    this.#before.clear();
    for (const [region, values] of before) {
      if (decision === 'go back') this.#place(region, values);
      else if (values instanceof DeviceArray && values !== this.#regions[region]) values.dispose();
    }
  }

  /** Frees the results of a run that was not committed. */
  #drop(): void {
    for (const values of this.#pending?.regions.values() ?? []) values.dispose();
    this.#pending = undefined;
  }

  #place(region: number, values: DeviceValues): void {
    const former = this.#regions[region];
    this.#regions[region] = values;
    if (former instanceof DeviceArray && former !== values && former !== this.#before.get(region)) former.dispose();
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

const assignsVariables = ({ graph }: DeviceStep): boolean =>
  graph.outputs.some(({ name }) => name.startsWith(ASSIGNED));

/** Opens the state; the parameters go to the device with the first step. */
export const deviceState = (options: TrainingStateOptions): TrainingState => new DeviceState(options);
