// Training: the button, the bound's curve and its numbers.
import { type ComponentChild, h } from 'preact';
import { useState } from 'preact/hooks';
import { BoundChart } from '../canvas/bound-chart.ts';
import { ChoiceField, nats, Readings } from '../controls/fields.ts';
import type { Exploration } from './use-explorer.ts';
import type { Trainer, Training } from './use-trainer.ts';

const lengths = [
  ['200', '200 steps'],
  ['1000', '1,000 steps'],
  ['4000', '4,000 steps'],
] as const;

interface TrainingPanelProps {
  readonly exploration: Exploration;
  readonly trainer: Trainer;
}

const buttons: Readonly<Record<Training['phase'], string>> = {
  ready: 'Train',
  starting: 'Starting…',
  running: 'Stop',
  stopping: 'Stopping…',
  stopped: 'Go on',
  done: 'Train further',
  failed: 'Train',
};

export function TrainingPanel({ exploration, trainer }: TrainingPanelProps): ComponentChild {
  const [steps, setSteps] = useState<(typeof lengths)[number][0]>('1000');
  const { phase, entries, step } = trainer;
  const { model, target } = exploration;
  const isTrainable = Object.keys(model.flow.paramShapes).length > 0;
  const isBusy = phase === 'starting' || phase === 'stopping';
  return h(
    'section',
    { class: 'panel', id: 'training-panel' },
    h('h2', null, 'Training'),
    h(
      'div',
      { class: 'two-up' },
      h(ChoiceField<(typeof lengths)[number][0]>, {
        label: 'Length',
        value: steps,
        choices: lengths,
        onChange: setSteps,
      }),
      h(
        'button',
        {
          type: 'button',
          id: 'train',
          class: 'main',
          disabled: isBusy || !isTrainable,
          onClick: () => (phase === 'running' ? trainer.stop() : trainer.start(Number(steps))),
        },
        buttons[phase],
      ),
    ),
    h(
      'p',
      { class: 'hint message', role: 'status', id: 'training-state' },
      isTrainable ? words(trainer, Number(steps)) : UNTRAINABLE,
    ),
    h(BoundChart, { entries, steps: Math.max(Number(steps), step), logZ: target.logZ }),
    h(BoundReadings, { exploration, trainer }),
    h(
      'p',
      { class: 'hint' },
      'ELBO = E[log p̃(z) − log q(z)] = log Z − KL(q‖p): it rises as q comes closer to p, up to log Z. ',
      'KL is at least 0, but its estimate from draws can fall below 0 by a few of its errors ±. ',
      'Without the term Σ log|det J| in log q the bound would reward collapse onto one point. ',
      'Here p = p̃/Z stands for the true posterior of a VAE, and p̃ for p(x, z): log Z is then log p(x). ',
      'A training can end with one mode only: KL(q‖p) is small where q is 0, so that it costs q little to miss a mode. Try another seed then.',
    ),
  );
}

const UNTRAINABLE = 'This flow has no parameters: there is nothing to train.';

const engines: Readonly<Record<string, string>> = {
  compiled: 'one graph in WebAssembly',
  eager: 'TensorFlow.js, kernel by kernel',
};

function words({ phase, step, engine, msPerStep, note }: Training, steps: number): string {
  if (phase === 'failed') return `The training failed: ${note}`;
  if (phase === 'ready') return 'Moves the parameters so that q comes closer to the target.';
  if (phase === 'starting' && step === 0) return 'Loading the engine…';
  const speed = msPerStep > 0 ? `, ${msPerStep.toFixed(1)} ms a step` : '';
  return `Step ${step} of ${steps}, ${engines[engine] ?? engine}${speed}${note ? `. ${note}` : ''}`;
}

/** The bound at the last report of the training, and at the parameters of the picture. */
function BoundReadings({ exploration, trainer }: TrainingPanelProps): ComponentChild {
  const { bound, target } = exploration;
  const last = trainer.entries.at(-1);
  const { logZ } = target;
  const unknown = `– (${target.unknown})`;
  const error = `± ${bound.error.toFixed(3)}`;
  return h(Readings, {
    id: 'bound',
    rows: [
      [`ELBO now, ${bound.draws} draws`, `${nats(bound.elbo)} ${error}`],
      ['KL(q‖p) now', bound.kl === undefined ? unknown : `${nats(bound.kl)} ${error}`],
      ['ELBO in training, mean of 10 steps', last ? nats(last.elbo) : '–'],
      ['KL(q‖p) in training, mean of 10 steps', last ? (logZ === undefined ? unknown : nats(logZ - last.elbo)) : '–'],
      ['log Z', logZ === undefined ? unknown : nats(logZ)],
    ],
  });
}
