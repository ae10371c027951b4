// The rooms of the page: each is loaded when it is first entered.
import type { ComponentChild } from 'preact';
import type { RoomProps } from './room-props.ts';

/** A room of the page. */
export interface Room {
  /** The part of the address after `#`. */
  readonly name: string;
  readonly title: string;
  load(): Promise<(props: RoomProps) => ComponentChild>;
}

/** All rooms, in their order. */
export const rooms: readonly Room[] = [
  { name: 'flow', title: 'Flow', load: async () => (await import('./flow/flow-room.ts')).FlowRoom },
  { name: 'latent', title: 'Latent space', load: async () => (await import('./latent/latent-room.ts')).LatentRoom },
  { name: 'train', title: 'Train', load: async () => (await import('./train/train-room.ts')).TrainRoom },
];
