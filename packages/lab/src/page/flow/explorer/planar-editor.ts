// Sliders for one planar layer's w, u and b: the second way beside the handles.
import { type ComponentChild, h } from 'preact';
import { useRef } from 'preact/hooks';
import { SliderField } from '../controls/fields.ts';
import type { PlanarLayer } from '../plane/planar-layer.ts';

interface PlanarEditorProps {
  readonly layer: PlanarLayer;
  readonly index: number;
  readonly onChange: (layer: PlanarLayer) => void;
}

/** Least reach of the sliders on both sides of 0. */
const REACH = 4;

export function PlanarEditor({ layer, index, onChange }: PlanarEditorProps): ComponentChild {
  const { w, u, b } = layer;
  // trained values can lie farther out; the reach never shrinks, so that no slider jumps under the pointer
  const reach = useRef(REACH);
  reach.current = Math.max(reach.current, ...[...w, ...u, b].map((value) => Math.ceil(Math.abs(value))));
  const range = { min: -reach.current, max: reach.current, step: 0.01 };
  const field = (label: string, value: number, changed: (value: number) => PlanarLayer) =>
    h(SliderField, { label, value, ...range, onChange: (next: number) => onChange(changed(next)) });
  return h(
    'section',
    { class: 'panel', id: 'planar-editor' },
    h('h2', null, `Planar layer ${index + 1}`),
    h(
      'p',
      { class: 'hint' },
      'Drag w, u and b in the picture, or move these sliders. The slider under the pictures chooses the layer.',
    ),
    h(
      'div',
      { class: 'two-up' },
      field('w₁', w[0], (value) => ({ ...layer, w: [value, w[1]] })),
      field('w₂', w[1], (value) => ({ ...layer, w: [w[0], value] })),
      field('u₁', u[0], (value) => ({ ...layer, u: [value, u[1]] })),
      field('u₂', u[1], (value) => ({ ...layer, u: [u[0], value] })),
    ),
    field('b', b, (value) => ({ ...layer, b: value })),
  );
}
