// The settings of a training, as fields.
import { type ComponentChild, h } from 'preact';
import type { TrainSettings } from '../../worker/training-messages.ts';
import { isSingleFile } from '../parts/beside.ts';
import { numberRefusal, TypedField } from '../parts/typed-field.ts';

/** Cores of the machine. */
const cores = globalThis.navigator?.hardwareConcurrency ?? 1;

/** The settings at the beginning: half a minute of training shows digits. */
export const firstSettings: TrainSettings = {
  flow: 'planar*4',
  latent: 2,
  hidden: [128],
  objective: 'elbo',
  lr: 1e-3,
  batch: 100,
  steps: 5000,
  seed: 0,
  engine: 'compiled',
  // half of the cores compute as fast as all of them
  threads: Math.min(4, Math.max(1, Math.floor(cores / 2))),
};

/** Flows to choose from; every formula may be typed. */
export const suggestedFlows = [
  'none',
  'planar*4',
  'planar*10',
  'radial*4',
  'sylvester-o(2)*2',
  'iaf*2',
  'realnvp*4',
  'spline*2',
];

/** Properties of {@link SettingsForm}. */
export interface SettingsFormProps {
  readonly settings: TrainSettings;
  /** Whether only the flow can be edited. */
  readonly isPaused: boolean;
  readonly isLocked: boolean;
  readonly onChange: (settings: TrainSettings) => void;
}

interface NumberField {
  readonly name: 'latent' | 'lr' | 'batch' | 'steps' | 'seed' | 'threads';
  readonly title: string;
  readonly least: number;
  readonly most: number;
  readonly step: number | 'any';
}

const numbers: readonly NumberField[] = [
  { name: 'latent', title: 'Latent dimensions', least: 1, most: 200, step: 1 },
  { name: 'lr', title: 'Learning rate of Adam', least: 1e-6, most: 1, step: 'any' },
  { name: 'batch', title: 'Images in a batch', least: 1, most: 1000, step: 1 },
  { name: 'steps', title: 'Steps', least: 1, most: 1_000_000, step: 1 },
  { name: 'seed', title: 'Seed: the same gives the same numbers', least: 0, most: 2 ** 31, step: 1 },
];

/** Threads need a page that no other page may reach into. */
const threads: readonly NumberField[] = globalThis.crossOriginIsolated
  ? [{ name: 'threads', title: 'Threads', least: 1, most: cores, step: 1 }]
  : [];

const widthsIn = (text: string): number[] => text.split(',').map(Number);

/** Why a text has no widths of layers. */
const widthsRefusal = (text: string, hidden: readonly number[]): string | undefined =>
  widthsIn(text).every((width) => Number.isInteger(width) && width > 0 && width <= 2000)
    ? undefined
    : `Expected whole numbers from 1 to 2000, with commas, got ${text.trim() || 'nothing'}. It stays ${hidden.join(', ')}.`;

/** All fields. A wrong number stays as it was, and the field says so. */
export function SettingsForm({ settings, isPaused, isLocked, onChange }: SettingsFormProps): ComponentChild {
  const disabled = isLocked || isPaused;
  const field = (title: string, control: ComponentChild) =>
    h('label', { class: 'field' }, h('span', null, title), control);
  return h(
    'div',
    null,
    field(
      'Flow of the posterior, a formula',
      h(TypedField, {
        name: 'flow',
        list: 'flows',
        value: settings.flow,
        disabled: isLocked,
        isLive: true, // a button waits for another flow
        onTyped: (text) => onChange({ ...settings, flow: text.trim() }),
      }),
    ),
    h(
      'datalist',
      { id: 'flows' },
      suggestedFlows.map((flow) => h('option', { value: flow })),
    ),
    [...numbers, ...(settings.engine === 'compiled' ? threads : [])].map(({ name, title, least, most, step }) =>
      field(
        title,
        h(TypedField, {
          name,
          type: 'number',
          min: least,
          max: most,
          step,
          value: settings[name],
          disabled,
          refusal: (text) => numberRefusal(text, { least, most, isWhole: step !== 'any' }, settings[name]),
          onTyped: (text) => onChange({ ...settings, [name]: Number(text) }),
        }),
      ),
    ),
    field(
      'Widths of the hidden layers, with commas',
      h(TypedField, {
        name: 'hidden',
        value: settings.hidden.join(', '),
        disabled,
        refusal: (text) => widthsRefusal(text, settings.hidden),
        onTyped: (text) => onChange({ ...settings, hidden: widthsIn(text) }),
      }),
    ),
    field(
      'Objective',
      choice('objective', settings.objective, disabled, { elbo: 'ELBO', iwae: 'IWAE bound of 5 draws' }, (objective) =>
        onChange({ ...settings, objective: objective as TrainSettings['objective'] }),
      ),
    ),
    field(
      'Engine',
      choice(
        'engine',
        settings.engine,
        disabled,
        {
          compiled: 'one graph, in WebAssembly',
          // a file without a server has no runtime for a graphics card
          ...(isSingleFile ? {} : { webgpu: 'the same on a graphics card: pays for wide layers and large batches' }),
          eager: 'kernel by kernel, by TensorFlow.js',
        },
        (engine) => onChange({ ...settings, engine: engine as TrainSettings['engine'] }),
      ),
    ),
  );
}

function choice(
  name: string,
  value: string,
  disabled: boolean,
  options: Readonly<Record<string, string>>,
  onChoice: (value: string) => void,
): ComponentChild {
  return h(
    'select',
    { name, value, disabled, onChange: (event: Event) => onChoice((event.currentTarget as HTMLSelectElement).value) },
    Object.entries(options).map(([word, title]) => h('option', { value: word }, title)),
  );
}
