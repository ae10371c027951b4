// The room Train.
import { type ComponentChild, h } from 'preact';
import type { RoomProps } from '../room-props.ts';

/** The room. */
export function TrainRoom(_: RoomProps): ComponentChild {
  return h('p', null, 'Train');
}
