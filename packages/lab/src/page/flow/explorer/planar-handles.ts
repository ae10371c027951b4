// A planar layer in the picture: its line, w, u and û, and the handles of the first three.
import { type ComponentChild, h } from 'preact';
import { Handle } from '../canvas/handle.ts';
import { drawArrow, drawLine, type PlaneView } from '../canvas/plane-view.ts';
import {
  type Pair,
  type PlanarLayer,
  readPlanar,
  throughPoint,
  withTipOfU,
  withTipOfW,
} from '../plane/planar-layer.ts';

/** A planar layer that can be dragged. */
export interface EditedLayer {
  readonly layer: PlanarLayer;
  /** Its place in the flow, from 0. */
  readonly index: number;
  /** The point of its line at which the arrows begin. */
  readonly anchor: Pair;
  /** Another layer, and the place of the anchor from now on. */
  readonly onChange: (layer: PlanarLayer, anchor: Pair) => void;
}

const sum = (a: Pair, b: Pair): Pair => [a[0] + b[0], a[1] + b[1]];

/** The line, w and u from the anchor, and û dashed. */
export function drawPlanar(view: PlaneView, { layer, anchor }: Pick<EditedLayer, 'layer' | 'anchor'>): void {
  const { colours } = view;
  const { uHat } = readPlanar(layer, anchor);
  drawLine(view, layer.w, layer.b, colours.pink);
  drawArrow(view, anchor, sum(anchor, layer.w), { colour: colours.pink });
  drawArrow(view, anchor, sum(anchor, uHat), { colour: colours.green, isDashed: true });
  drawArrow(view, anchor, sum(anchor, layer.u), { colour: colours.green });
}

export function PlanarHandles({ layer, index, anchor, onChange, half }: EditedLayer & { readonly half: number }) {
  const name = `of layer ${index + 1}`;
  const handles: readonly ComponentChild[] = [
    h(Handle, {
      half,
      kind: 'b',
      text: 'b',
      label: `The line wᵀz + b = 0 ${name}`,
      place: anchor,
      onMove: (to) => onChange(throughPoint(layer, to), to),
    }),
    h(Handle, {
      half,
      kind: 'w',
      text: 'w',
      label: `The tip of w ${name}`,
      place: sum(anchor, layer.w),
      onMove: (to) => onChange(withTipOfW(layer, anchor, to), anchor),
    }),
    h(Handle, {
      half,
      kind: 'u',
      text: 'u',
      label: `The tip of u ${name}`,
      place: sum(anchor, layer.u),
      onMove: (to) => onChange(withTipOfU(layer, anchor, to), anchor),
    }),
  ];
  return handles as ComponentChild;
}
