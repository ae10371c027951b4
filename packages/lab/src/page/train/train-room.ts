// The room Train: a VAE with a flow posterior, trained in the page.
import { type ComponentChild, h } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { RoomProps } from '../room-props.ts';
import { digits, type NamedPictures, ownPictures } from './pictures.ts';
import { openedFile, save, type Training } from './saved-model.ts';
import { firstSettings, SettingsForm } from './settings-form.ts';
import { startOf } from './start-of-run.ts';
import { idle, TrainingSession, type TrainingState } from './training-session.ts';
import { type Curve, nameOf, TrainingView } from './training-view.ts';

/** The most curves that stay beside the present one. */
const MOST_KEPT = 3;

const PAUSED =
  '“Go on” takes the next step of this model. Choose another flow for “Go on with this flow”: encoder and decoder stay as they are, the flow begins anew.';

/** The room. */
export function TrainRoom({ run }: RoomProps): ComponentChild {
  const [settings, setSettings] = useState(firstSettings);
  const [state, setState] = useState<TrainingState>(idle);
  const [data, setData] = useState<NamedPictures | undefined>(undefined);
  const [kept, setKept] = useState<readonly Curve[]>([]);
  const [notice, setNotice] = useState('');
  /** The data of the present training; others may have been chosen since. */
  const [trained, setTrained] = useState<NamedPictures | undefined>(undefined);
  const start = useRef<Readonly<Record<string, Float32Array>> | undefined>(undefined);
  const session = useRef<TrainingSession | undefined>(undefined);
  useEffect(() => {
    session.current = new TrainingSession(setState);
    attempt(async () => setData(await digits()), setNotice);
    return () => session.current?.end();
  }, []);
  const isRunning = state.stage === 'training' || state.stage === 'starting';
  const begin = (from = start.current) => {
    if (!data) return;
    setTrained(data);
    if (state.settings && state.entries.length > 1) setKept([...kept, curveOf(state, trained)].slice(-MOST_KEPT));
    setNotice('');
    session.current?.begin(settings, data.pictures, from);
    start.current = undefined;
  };
  /** The networks stay; another flow begins anew on them. */
  const beginWithFlow = async () => {
    const { values } = await session.current!.parameters();
    begin(Object.fromEntries(Object.entries(values).map(([name, { values: array }]) => [name, array])));
  };
  const isOtherFlow = state.stage === 'paused' && state.settings?.flow !== settings.flow;
  const onSave = () =>
    attempt(async () => {
      const snapshot = await session.current!.parameters();
      setNotice(
        await save({ settings: state.settings!, entries: state.entries, snapshot, training: factsOf(state, trained) }),
      );
    }, setNotice);
  const onOpen = (file: File) =>
    attempt(async () => {
      const { settings: found, values } = await openedFile(file);
      setSettings({ ...settings, ...found });
      start.current = values;
      setNotice(`${file.name} is open: Train goes on from its parameters.`);
    }, setNotice);
  const onRun = () =>
    attempt(async () => {
      const { settings: found, values } = await startOf(run!);
      setSettings({ ...settings, ...found });
      start.current = values;
      setNotice(`The run ${run!.name} is open: Train goes on from its parameters.`);
    }, setNotice);
  return h(
    'div',
    { class: 'columns' },
    h(
      'section',
      { class: 'panel', 'aria-label': 'Settings' },
      h('h2', null, 'Train a VAE here'),
      h('p', { class: 'hint' }, data ? `Data: ${data.name}.` : 'The data are being read…'),
      h(SettingsForm, { settings, isPaused: state.stage === 'paused', isLocked: isRunning, onChange: setSettings }),
      h(
        'div',
        { class: 'buttons' },
        button('Train', () => begin(), { isMain: true, disabled: !data || isRunning || state.stage === 'paused' }),
        button('Pause', () => session.current?.pause(), { disabled: state.stage !== 'training' }),
        button('Go on', () => session.current?.goOn(), { disabled: state.stage !== 'paused' }),
        button('Go on with this flow', beginWithFlow, { disabled: !isOtherFlow }),
        button('Stop', () => session.current?.stop(), { disabled: !isRunning && state.stage !== 'paused' }),
        button('Save', onSave, { disabled: !['paused', 'done'].includes(state.stage) }),
        run ? button(`Open the run ${run.name}`, onRun, { disabled: isRunning }) : null,
      ),
      state.stage === 'paused' ? h('p', { class: 'hint', id: 'paused' }, PAUSED) : null,
      filesField('Open a saved model', '.safetensors', false, ([file]) => file && onOpen(file)),
      filesField('Pictures of your own', 'image/*', true, (files) =>
        attempt(async () => setData(await ownPictures(files)), setNotice),
      ),
      h('p', { role: 'status', class: 'hint' }, notice),
    ),
    h(TrainingView, { state, kept, data: trained }),
  );
}

const curveOf = ({ settings, entries }: TrainingState, data: NamedPictures | undefined): Curve => ({
  name: nameOf(settings!, data),
  entries,
});

const factsOf = ({ engine, taken }: TrainingState, data: NamedPictures | undefined): Training => {
  const { images, height, width } = data!.pictures;
  const facts = { pictures: data!.isDigits ? 'digits' : 'own', images: images.length / (height * width) } as const;
  return { ...facts, engine: engine ?? 'unknown', ...(taken ? { startedFrom: taken } : {}) };
};

/** Does a work whose error is a sentence for the visitor. */
function attempt(work: () => Promise<void>, onError: (message: string) => void): void {
  work().catch((error: unknown) => onError(error instanceof Error ? error.message : String(error)));
}

function button(
  title: string,
  onClick: () => void,
  { isMain = false, disabled = false }: { readonly isMain?: boolean; readonly disabled?: boolean },
): ComponentChild {
  return h('button', { type: 'button', class: isMain ? 'main' : undefined, disabled, onClick }, title);
}

const filesField = (
  title: string,
  accept: string,
  multiple: boolean,
  onFiles: (files: File[]) => void,
): ComponentChild =>
  h(
    'label',
    { class: 'field' },
    h('span', null, title),
    h('input', {
      type: 'file',
      accept,
      multiple,
      onChange: (event: Event) => onFiles([...((event.currentTarget as HTMLInputElement).files ?? [])]),
    }),
  );
