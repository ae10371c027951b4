// A line about work that is under way, or has failed.
import { type ComponentChild, h } from 'preact';
import type { Pending } from './hooks.ts';

/** Says how much of a work is done; an error in its place. */
export function Status({ progress, error }: Pick<Pending<unknown>, 'progress' | 'error'>): ComponentChild {
  if (error !== undefined) return h('p', { class: 'wrong', role: 'alert' }, error);
  return h(
    'p',
    { class: 'hint', role: 'status' },
    progress === undefined ? '' : `Computing … ${Math.round(100 * progress)} %`,
  );
}
