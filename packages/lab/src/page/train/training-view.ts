// The view of a training: numbers, curves, draws of the prior, and the map of the latent space.
import { type ComponentChild, h } from 'preact';
import { useCallback } from 'preact/hooks';
import type { TrainEntry, TrainSettings } from '../../worker/training-messages.ts';
import { Picture, type Surface } from '../parts/canvas.ts';
import { drawGrid, drawPoints } from '../parts/grey-pictures.ts';
import { drawLines, type Line } from '../parts/line-chart.ts';
import type { NamedPictures } from './pictures.ts';
import type { Stage, TrainingState } from './training-session.ts';

/** The learning curve of an earlier training. */
export interface Curve {
  readonly name: string;
  readonly entries: readonly TrainEntry[];
}

/** Properties of {@link TrainingView}. */
export interface TrainingViewProps {
  readonly state: TrainingState;
  readonly kept: readonly Curve[];
  /** Of the present training. */
  readonly data: NamedPictures | undefined;
}

/** A training in words: curves of two bounds, or of two data, are no comparison of models. */
export const nameOf = ({ flow, latent, objective, lr, seed }: TrainSettings, data: NamedPictures | undefined): string =>
  `${flow}, ${latent} dimensions, ${objective === 'iwae' ? 'IWAE bound' : 'ELBO'}, rate ${lr}, seed ${seed}${data && !data.isDigits ? ', own pictures' : ''}`;

/** The meaning of each term of a bound. */
const meanings: Readonly<Record<string, string>> = {
  elbo: 'the bound on log p(x): the larger the better',
  logLikelihood: 'log p(x|z): how well the decoder draws the image',
  logPrior: 'log p(z): the density of the prior at the draw',
  logBase: 'log q₀(z₀): the density of the draw before the flow',
  logDet: 'log|det J|: the flow spreads volume (above 0) or squeezes it',
  kl: 'KL(q‖p): the price of the code',
};

const stages: Readonly<Record<Stage, string>> = {
  idle: 'Press Train.',
  starting: 'The step is being compiled…',
  training: 'training',
  paused: 'paused: change the flow, save, or go on',
  done: 'done',
  failed: 'failed',
};

const lineColours = ['blue', 'orange', 'green', 'pink'] as const;

const curveLine = (name: string, entries: readonly TrainEntry[], index: number): Line => ({
  name,
  colour: lineColours[index]!,
  isDashed: index > 0,
  points: entries.map(({ step, loss }) => [step, -loss]),
});

/** The step, in words: of a pause or the end, else of the last entry. */
function stepOf({ stage, step, entries, settings }: TrainingState): string {
  const shown = (stage === 'paused' || stage === 'done' ? step : undefined) ?? entries.at(-1)?.step;
  return shown === undefined ? '' : ` · step ${shown} of ${settings?.steps}`;
}

/** The view. */
export function TrainingView({ state, kept, data }: TrainingViewProps): ComponentChild {
  const pictures = data?.pictures;
  const { entries, view, settings } = state;
  const last = entries.at(-1);
  const present = settings ? nameOf(settings, data) : 'now';
  const lines = [
    curveLine(present, entries, 0),
    ...kept.map(({ name, entries: past }, i) => curveLine(name, past, i + 1)),
  ];
  const drawCurve = useCallback(
    (surface: Surface) =>
      drawLines(
        surface,
        lines,
        'bound on log p(x), nats per image, mean of 20 steps; the first tenth may lie below the picture',
      ),
    [entries, kept],
  );
  const drawSamples = useCallback(
    (surface: Surface) => {
      if (view && pictures) drawGrid(surface, { values: view.samples, height: pictures.height, width: pictures.width });
    },
    [view, pictures],
  );
  const drawMap = useCallback(
    (surface: Surface) => {
      if (view) drawPoints(surface, view.map, view.labels);
    },
    [view],
  );
  return h(
    'section',
    { 'aria-label': 'Training' },
    h(
      'p',
      { class: state.stage === 'failed' ? 'wrong' : undefined, id: 'stage' },
      `${stages[state.stage]}${stepOf(state)}`,
    ),
    h(
      'p',
      { class: 'hint', id: 'engine' },
      state.engine
        ? `${state.engine}${last ? ` · ${last.msPerStep.toFixed(1)} ms a step` : ''} · ${state.parameters?.toLocaleString('en')} parameters${state.taken ? ` · ${state.taken} from before` : ''}`
        : ' ',
    ),
    state.message ? h('p', { class: 'wrong' }, state.message) : null,
    h(Picture, { label: 'The bound over the steps', ratio: 0.42, draw: drawCurve }),
    kept.length > 0
      ? h(
          'ul',
          { class: 'legend' },
          lines.map(({ name, colour, isDashed }) =>
            h('li', null, h('span', { style: { color: `var(--${colour})` } }, isDashed ? '╌╌ ' : '── '), name),
          ),
        )
      : null,
    h(
      'div',
      { class: 'pair' },
      h(
        'figure',
        null,
        h(Picture, { label: 'Draws of the prior, decoded', ratio: 1, draw: drawSamples, most: 420 }),
        h('figcaption', { class: 'hint' }, 'Draws of the prior, decoded: the same 36 codes all the time.'),
      ),
      h(
        'figure',
        null,
        h(Picture, { label: 'Codes of 500 images by their class', ratio: 1, draw: drawMap, most: 420 }),
        h(
          'figcaption',
          { class: 'hint' },
          view?.isProjected
            ? 'Codes of 500 images, by class: the first two principal components of z.'
            : 'Codes z of 500 images, by class.',
        ),
      ),
    ),
    last ? numbers(last) : null,
    last
      ? h(
          'p',
          { class: 'hint' },
          'elbo = logLikelihood + logPrior − logBase + logDet. The encoder gives q₀(z₀|x), a normal; the flow moves z₀ to z, whose density is log q(z|x) = logBase − logDet.',
        )
      : null,
  );
}

function numbers({ loss, terms, gradientNorm }: TrainEntry): ComponentChild {
  const rows = Object.entries(terms).map(([name, value]) => [name, value, 'nats', meanings[name] ?? ''] as const);
  return h(
    'div',
    { class: 'scroll' },
    h(
      'table',
      { class: 'numbers' },
      h('caption', null, 'Means of the last 20 steps'),
      h(
        'tbody',
        null,
        [
          ['loss', loss, 'nats', 'minus the bound: training makes it small'] as const,
          ...rows,
          ['gradient norm', gradientNorm, '', 'the Euclidean norm of all gradients together'] as const,
        ].map(([name, value, unit, meaning]) =>
          h(
            'tr',
            null,
            h('th', null, name),
            h('td', null, value.toFixed(2)),
            h('td', null, unit),
            h('td', { class: 'hint' }, meaning),
          ),
        ),
      ),
    ),
  );
}
