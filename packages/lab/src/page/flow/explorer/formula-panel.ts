// The formulas of the flow with the numbers of the picked point in them.
import { type ComponentChild, h } from 'preact';
import { nats, Readings, shown, shownPair } from '../controls/fields.ts';
import { bases } from '../plane/bases.ts';
import { familyOf } from '../plane/families.ts';
import { invertibilityWords, type Pair, type PlanarLayer, readPlanar } from '../plane/planar-layer.ts';
import type { Exploration } from './use-explorer.ts';

interface FormulaPanelProps {
  readonly exploration: Exploration;
  readonly planar: PlanarLayer | undefined;
}

/** The reason why the formulas have û in place of u. */
const U_HAT =
  'û is u, moved along w so that wᵀû > −1 for every u: with u itself a layer could fold the plane. It moves a little where u itself would do, too.';

export function FormulaPanel({ exploration, planar }: FormulaPanelProps): ComponentChild {
  const { model, layer, pickedWay } = exploration;
  const { map, logDet } = familyOf(model.setup.family);
  const z = pairAt(pickedWay.points[layer]!);
  const image = pairAt(pickedWay.points[layer + 1]!);
  const own = pickedWay.logDets[layer + 1]![0]! - pickedWay.logDets[layer]![0]!;
  return h(
    'section',
    { class: 'panel formulas' },
    h('h2', null, `Layer ${layer + 1} of ${pickedWay.layers}: z enters it, z′ leaves it`),
    h('p', { class: 'formula' }, map),
    planar
      ? planarLines(planar, z)
      : h('p', { class: 'formula numbers-in' }, `z = ${shownPair(z)} → z′ = ${shownPair(image)}`),
    h('p', { class: 'formula' }, logDet),
    planar
      ? planarLogDet(planar, z)
      : h('p', { class: 'formula numbers-in', id: 'layer-log-det' }, `log|det J| = ${nats(own)}`),
    planar ? h('p', { class: 'hint' }, U_HAT) : null,
    planar ? h('p', { class: 'hint message', id: 'invertible' }, invertibilityWords(readPlanar(planar, z))) : null,
    h('h2', null, 'All layers'),
    h('p', { class: 'formula' }, 'log q(z′) = log q₀(z₀) − Σ log|det J|'),
    wholeWay(exploration),
  );
}

const pairAt = (points: Float32Array): Pair => [points[0]!, points[1]!];

function planarLines(planar: PlanarLayer, z: Pair): ComponentChild {
  const { uHat, s, t, image } = readPlanar(planar, z);
  const lines = [
    `z = ${shownPair(z)}, b = ${shown(planar.b, 2)}`,
    `w = ${shownPair(planar.w)}, u = ${shownPair(planar.u)}`,
    `wᵀz + b = ${shown(s, 2)}, tanh = ${shown(t, 2)}, û = ${shownPair(uHat)}`,
    `z′ = ${shownPair(z)} + ${shown(t, 2)}·${shownPair(uHat)} = ${shownPair(image)}`,
  ];
  return lines.map((line) => h('p', { class: 'formula numbers-in' }, line));
}

function planarLogDet(planar: PlanarLayer, z: Pair): ComponentChild {
  const { t, constrained, logDet } = readPlanar(planar, z);
  const inside = `log(1 + ${shown(1 - t * t)}·${constrained < 0 ? `(${shown(constrained)})` : shown(constrained)})`;
  return h('p', { class: 'formula numbers-in', id: 'layer-log-det' }, `log|det J| = ${inside} = ${nats(logDet)}`);
}

function wholeWay({ model, picked, pickedWay }: Exploration): ComponentChild {
  const logBase = bases[model.setup.base].logDensity(...picked);
  const logDet = pickedWay.logDets.at(-1)![0]!;
  return h(Readings, {
    id: 'whole-way',
    rows: [
      ['z₀ (before the flow)', shownPair(picked)],
      ['z′ (after all layers)', shownPair(pairAt(pickedWay.points.at(-1)!))],
      ['log q₀(z₀)', nats(logBase)],
      ['Σ log|det J|', nats(logDet)],
      ['log q(z′)', nats(logBase - logDet)],
    ],
  });
}
