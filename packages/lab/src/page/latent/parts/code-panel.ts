// The chosen picture, the picture of the present code, and a slider for every dimension of the code.
import { type ComponentChild, h } from 'preact';
import { useMemo } from 'preact/hooks';
import { variances } from '../../../plane/plane.ts';
import type { Codes } from '../../../worker/latent-numbers.ts';
import { decimal, meanInWords, subscript } from '../math/words.ts';
import { type Chosen, chosenAt, type Session } from '../session.ts';
import { useLatest } from '../view/hooks.ts';
import { Picture } from '../view/picture.ts';
import { Status } from '../view/status.ts';
import type { Spot } from './map-panel.ts';
import { PictureNumber } from './picture-number.ts';

/** Properties of {@link CodePanel}. */
export interface CodeProps {
  readonly session: Session;
  readonly chosen: Chosen;
  readonly z: Float32Array;
  /** The mean of q(z|x) of the chosen picture, or that of some draws. */
  readonly mean: Float32Array | undefined;
  /** The place that the visitor points at, which is shown instead. */
  readonly spot: Spot | undefined;
  /** Codes of test pictures, which give the order of the sliders. */
  readonly codes: Codes | undefined;
  onZ(z: Float32Array): void;
  onChosen(chosen: Chosen): void;
}

/** Reach of a slider in deviations of the prior. */
const REACH = 3;

/** Pictures and sliders. */
export function CodePanel(props: CodeProps): ComponentChild {
  const { session, chosen, z, mean, spot, codes, onZ, onChosen } = props;
  const { shape } = session.data.run.model;
  const shownZ = spot?.z ?? z;
  const decoded = useLatest(() => session.quick.ask('decode', { z: shownZ }), [shownZ]);
  const picture = spot ? (spot.index === undefined ? undefined : chosenAt(session, spot.index)) : chosen;
  const order = useMemo(() => orderOf(codes, session.latent), [codes, session.latent]);
  return h(
    'section',
    { class: 'panel' },
    h('h2', null, 'Picture and code'),
    h(PictureNumber, { session, chosen, label: 'Test picture', onChosen }),
    h(
      'div',
      { class: 'pictures two' },
      h(Picture, { values: picture?.image, shape, title: picture?.title ?? 'no test picture here' }),
      h(Picture, { values: decoded.result, shape, title: titleOf(props) }),
    ),
    h(Status, { progress: undefined, error: decoded.error }),
    h(
      'div',
      { class: 'buttons' },
      h('button', { type: 'button', disabled: !mean, onClick: () => mean && onZ(mean) }, 'z of the picture'),
      h('button', { type: 'button', onClick: () => onZ(session.prior.mean) }, 'Mean of the prior'),
    ),
    h('p', { class: 'hint' }, sliderNote(session.latent)),
    h(
      'div',
      { class: 'sliders' },
      order.map((d) => h(Slider, { key: d, d, z, prior: session.prior, onZ })),
    ),
  );
}

function titleOf({ session, z, mean, spot }: CodeProps): string {
  if (spot) return spot.index === undefined ? 'decoded from this place' : 'its reconstruction';
  return z === mean
    ? `its reconstruction, decoded from ${meanInWords(session.meanDraws)}`
    : 'decoded from the z of the sliders';
}

const sliderNote = (latent: number): string =>
  `The code z, each from −${REACH} to +${REACH} deviations of the prior${
    latent > 2 ? '; dimensions in which the test pictures differ most come first' : ''
  }.`;

/** Dimensions by the variance of posterior means, the largest first; two stay in their order. */
function orderOf(codes: Codes | undefined, latent: number): readonly number[] {
  const all = Array.from({ length: latent }, (_, d) => d);
  if (!codes || latent <= 2) return all;
  const spread = variances(codes.mean, latent);
  return all.toSorted((a, b) => spread[b]! - spread[a]!);
}

interface SliderProps {
  /** The dimension, from 0. */
  readonly d: number;
  readonly z: Float32Array;
  readonly prior: Session['prior'];
  onZ(z: Float32Array): void;
}

function Slider({ d, z, prior, onZ }: SliderProps): ComponentChild {
  const [centre, deviation] = [prior.mean[d]!, prior.deviation[d]!];
  const onInput = ({ currentTarget }: Event) => onZ(z.with(d, Number((currentTarget as HTMLInputElement).value)));
  return h(
    'label',
    { class: 'slider' },
    h('span', null, `z${subscript(d + 1)}`),
    h('input', {
      type: 'range',
      min: centre - REACH * deviation,
      max: centre + REACH * deviation,
      step: 'any',
      value: z[d],
      onInput,
      onKeyDown: (event: KeyboardEvent) => {
        const step = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 }[event.key];
        if (step === undefined) return;
        event.preventDefault();
        const moved = z[d]! + step * deviation * (event.shiftKey ? 0.02 : 0.1);
        onZ(z.with(d, Math.min(centre + REACH * deviation, Math.max(centre - REACH * deviation, moved))));
      },
    }),
    h('output', null, decimal(z[d]!, 2)),
  );
}
