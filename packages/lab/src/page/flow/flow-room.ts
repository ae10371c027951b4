// The room Flow.
import { type ComponentChild, h } from 'preact';
import type { RoomProps } from '../room-props.ts';

/** The room. */
export function FlowRoom(_: RoomProps): ComponentChild {
  return h('p', null, 'Flow');
}
