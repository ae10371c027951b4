// q(z|x) of the chosen picture before and after each layer of the flow, beside the importance-weighted posterior.
import { type ComponentChild, h } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import { planeOf, toPlane } from '../../../plane/plane.ts';
import type { Layers } from '../../../worker/latent-numbers.ts';
import type { Weighed } from '../../../worker/latent-works.ts';
import { decimal } from '../math/words.ts';
import type { Chosen, Session } from '../session.ts';
import { Cloud } from '../view/cloud.ts';
import type { Pending } from '../view/hooks.ts';
import { rangeOf } from '../view/scatter.ts';
import { Status } from '../view/status.ts';

/** Properties of {@link PosteriorPanel}. */
export interface PosteriorProps {
  readonly session: Session;
  readonly chosen: Chosen;
  /** Of the chosen picture alone, as the weights. */
  readonly layers: Pending<Layers>;
  readonly weighed: Pending<Weighed>;
}

/** Two clouds and a slider through the layers. */
export function PosteriorPanel({ session, chosen, layers, weighed }: PosteriorProps): ComponentChild {
  const { latent, layers: last } = session;
  const along = layers.result;
  const [wanted, setWanted] = useState(Number.POSITIVE_INFINITY);
  const clouds = useMemo(() => along && cloudsOf(along, weighed.result, latent), [along, weighed.result, latent]);
  const layer = Math.min(wanted, last);
  const onInput = ({ currentTarget }: Event) => setWanted(Number((currentTarget as HTMLInputElement).value));
  const text = along ? layerText(along, layer) : '';
  return h(
    'section',
    { class: 'panel' },
    h('h2', null, 'Posterior of the picture'),
    h('p', { class: 'hint' }, posteriorNote(chosen, latent)),
    h(
      'label',
      { class: 'field' },
      h(
        'span',
        null,
        last === 0 ? 'This model has no flow: q(z|x) is a normal distribution.' : 'Layers of the flow that are applied',
      ),
      last === 0
        ? null
        : h('input', { type: 'range', min: 0, max: last, step: 1, value: layer, 'aria-valuetext': text, onInput }),
    ),
    h('p', { role: 'status' }, text),
    clouds
      ? h(
          'div',
          { class: 'clouds' },
          h(Cloud, {
            title: cloudTitle(layer, last),
            points: clouds.along[layer]!,
            range: clouds.range,
          }),
          clouds.weighed
            ? h(Cloud, {
                title: 'Nearly p(z|x): draws chosen by their weights',
                points: clouds.weighed,
                range: clouds.range,
              })
            : h('p', { class: 'hint' }, weighed.error === undefined ? 'The weights come next …' : 'No weights.'),
        )
      : h('p', { class: 'hint' }, layers.error === undefined ? 'The draws come next …' : 'No draws.'),
    h('p', null, sizeText(weighed)),
    h(Status, layers.error === undefined ? weighed : layers),
  );
}

function cloudsOf({ draws }: Layers, weighed: Weighed | undefined, latent: number) {
  const plane = planeOf(draws.at(-1)!, latent);
  const along = draws.map((each) => toPlane(plane, each));
  const chosen = weighed && toPlane(plane, weighed.draws);
  return { along, weighed: chosen, range: rangeOf(...along, ...(chosen ? [chosen] : [])) };
}

const posteriorNote = ({ title }: Chosen, latent: number): string =>
  `${title[0]!.toUpperCase()}${title.slice(1)}. Left, draws of the encoder’s q(z|x); right, the same model’s true posterior p(z|x), as importance weights show it. ${
    latent > 2 ? 'Axes: the two principal components of these draws.' : ''
  }`;

const cloudTitle = (layer: number, last: number): string =>
  last === 0 ? 'Draws of q(z|x)' : `Draws of q(z|x) after ${layer} of ${last} layers`;

function layerText({ names, logDets }: Layers, layer: number): string {
  if (names.length === 0) return '';
  if (layer === 0) return 'z₀: draws of the normal distribution, before the flow.';
  const sum = logDets.slice(0, layer).reduce((a, b) => a + b);
  if (Math.abs(sum) < 0.005) return `After layer ${layer}, ${names[layer - 1]}: the flow hardly changes the density.`;
  const change = sum < 0 ? 'packs the draws more densely' : 'spreads the draws';
  return `After layer ${layer}, ${names[layer - 1]}: mean log-det so far ${decimal(sum, 2)} nats; the flow ${change}.`;
}

function sizeText({ result, progress }: Pending<Weighed>): string {
  if (!result || progress !== undefined) return '';
  const { effectiveSampleSize, samples } = result.estimate;
  const share = decimal((100 * effectiveSampleSize) / samples, 0);
  return `The weighted draws count as ${decimal(effectiveSampleSize, 0)} of ${samples} (effective sample size, ${share} %): the more, the nearer q(z|x) is to p(z|x).`;
}
