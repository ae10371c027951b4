// An open run: the choice of a picture and of a code, which all panels share.
import { type ComponentChild, h } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { planeOf } from '../../plane/plane.ts';
import { BetweenPanel } from './parts/between-panel.ts';
import { CodePanel } from './parts/code-panel.ts';
import { EstimatePanel } from './parts/estimate-panel.ts';
import { MapPanel, type Spot } from './parts/map-panel.ts';
import { PadPanel } from './parts/pad-panel.ts';
import { PosteriorPanel } from './parts/posterior-panel.ts';
import { SamplePanel } from './parts/sample-panel.ts';
import { type Chosen, chosenAt, codesOfFirst, meanOf, SEED, type Session } from './session.ts';
import { useLatest, useLatestOf } from './view/hooks.ts';

/** Test pictures on the map. */
const MOST_POINTS = 1000;

/** Draws of a cloud. */
const DRAWS = 400;

/** The room with a run. */
export function Explorer({ session }: { readonly session: Session }): ComponentChild {
  const { data, latent, prior, quick, steady } = session;
  const [chosen, setChosen] = useState<Chosen>(() => chosenAt(session, 0));
  const [z, setZ] = useState(prior.mean);
  const [spot, setSpot] = useState<Spot | undefined>(undefined);
  const [samples, setSamples] = useState(1000);
  const count = Math.min(MOST_POINTS, data.run.data.count);
  const codes = useLatest((on) => codesOfFirst(session, count, on), [session]);
  const plane = useMemo(() => codes.result && planeOf(codes.result.mean, latent), [codes.result, latent]);
  const { result: mean } = useLatestOf(chosen, () => meanOf(session, chosen));
  useEffect(() => {
    if (mean) setZ(mean);
  }, [mean]);
  const layers = useLatestOf(chosen, () => quick.ask('layers', { image: chosen.image, draws: DRAWS, seed: SEED }));
  const weighed = useLatestOf(
    chosen,
    (on) => steady.ask('weigh', { image: chosen.image, samples, draws: DRAWS, seed: SEED }, on),
    [samples],
  );
  const choose = (next: Chosen) => {
    setSpot(undefined);
    setChosen(next);
  };
  const pick = ({ index, z: there }: Spot) => (index === undefined ? setZ(there) : choose(chosenAt(session, index)));
  const estimate = weighed.progress === undefined ? weighed.result?.estimate : undefined;
  return h(
    'div',
    { class: 'latent' },
    h(
      'div',
      { class: 'pair' },
      h(MapPanel, { session, codes, plane, z, onSpot: setSpot, onPick: pick }),
      h(CodePanel, {
        session,
        chosen,
        z,
        mean,
        spot,
        codes: codes.result,
        onZ: setZ,
        onChosen: choose,
      }),
    ),
    h(
      'div',
      { class: 'pair' },
      h(PosteriorPanel, { session, chosen, layers, weighed }),
      h(EstimatePanel, { chosen, estimate, weighed, samples, onSamples: setSamples, isCode: isCode(session) }),
    ),
    h(BetweenPanel, { session, chosen }),
    h('div', { class: 'pair' }, h(PadPanel, { session, onChosen: choose }), h(SamplePanel, { session })),
  );
}

/** Whether −log p(x) is a length of code: pictures are bits, and the likelihood gives them probabilities. */
const isCode = ({ isBinary, data }: Session): boolean =>
  isBinary && (data.run.model.likelihood ?? 'bernoulli') === 'bernoulli';
