// log p(x) of the chosen picture beside its bound, and the meaning of the numbers in words.
import { type ComponentChild, h } from 'preact';
import type { Estimate } from '../../../worker/latent-estimate.ts';
import type { Weighed } from '../../../worker/latent-works.ts';
import { decimal, gapInWords, judged } from '../math/words.ts';
import type { Chosen } from '../session.ts';
import type { Pending } from '../view/hooks.ts';
import { Status } from '../view/status.ts';

/** Properties of {@link EstimatePanel}. */
export interface EstimateProps {
  readonly chosen: Chosen;
  /** Absent while it is under way. */
  readonly estimate: Estimate | undefined;
  readonly weighed: Pending<Weighed>;
  readonly samples: number;
  onSamples(samples: number): void;
  /** Whether −log p(x) is a length of code. */
  readonly isCode: boolean;
}

const choices = [200, 1000, 5000];

/** A table of the numbers, and sentences. */
export function EstimatePanel({
  chosen,
  estimate,
  weighed,
  samples,
  onSamples,
  isCode,
}: EstimateProps): ComponentChild {
  const onChange = ({ currentTarget }: Event) => onSamples(Number((currentTarget as HTMLSelectElement).value));
  return h(
    'section',
    { class: 'panel estimate' },
    h('h2', null, 'How probable is the picture?'),
    h('p', { class: 'hint' }, `${chosen.title[0]!.toUpperCase()}${chosen.title.slice(1)}, under this model.`),
    h(
      'label',
      { class: 'field' },
      h('span', null, 'Importance samples'),
      h(
        'select',
        { value: samples, onChange },
        choices.map((count) => h('option', { key: count, value: count }, grouped(count))),
      ),
    ),
    h(Status, weighed),
    estimate ? h(Numbers, { estimate, pixels: chosen.image.length, isCode }) : null,
  );
}

interface NumbersProps {
  readonly estimate: Estimate;
  readonly pixels: number;
  readonly isCode: boolean;
}

function Numbers({ estimate, pixels, isCode }: NumbersProps): ComponentChild {
  const { logEvidence, logEvidenceError, elbo, elboError, effectiveSampleSize, paretoK, threshold, samples } = estimate;
  const { isTrusted, words } = judged(paretoK, threshold);
  const row = (name: string, value: string, note: string) =>
    h('tr', { key: name }, h('th', { scope: 'row' }, name), h('td', null, value), h('td', { class: 'hint' }, note));
  const bits = -logEvidence / Math.LN2;
  return h(
    'div',
    null,
    h(
      'table',
      { class: 'numbers' },
      h(
        'tbody',
        null,
        row('log p(x)', `${decimal(logEvidence, 2)} ± ${decimal(logEvidenceError, 2)} nats`, 'by importance sampling'),
        row('ELBO', `${decimal(elbo, 2)} ± ${decimal(elboError, 2)} nats`, 'E_q[log p(x, z) − log q(z|x)], the ELBO'),
        row('Gap', `${decimal(logEvidence - elbo, 2)} nats`, 'log p(x) − ELBO'),
        row('Effective size', `${decimal(effectiveSampleSize, 0)} of ${grouped(samples)}`, 'draws that count'),
        row('k̂', decimal(paretoK, 2), `trusted up to ${decimal(threshold, 2)}`),
      ),
    ),
    h(
      'ul',
      null,
      h('li', null, 'p(x) is the mean of p(x|z) over codes z of the prior; ± is the standard error of log p(x).'),
      isCode
        ? h(
            'li',
            null,
            `A code by this model takes ${decimal(bits, 0)} bits for the picture; its pixels are ${pixels} bits.`,
          )
        : null,
      h('li', null, gapInWords(logEvidence - elbo, isTrusted)),
      h('li', { class: isTrusted ? undefined : 'wrong' }, `k̂ = ${decimal(paretoK, 2)}: ${words}`),
    ),
  );
}

const grouped = (count: number): string => count.toLocaleString('en');
