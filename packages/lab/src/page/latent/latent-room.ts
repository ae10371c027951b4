// The room Latent.
import { type ComponentChild, h } from 'preact';
import type { RoomProps } from '../room-props.ts';

/** The room. */
export function LatentRoom(_: RoomProps): ComponentChild {
  return h('p', null, 'Latent');
}
