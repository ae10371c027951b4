// The room without a run: how to open one.
import { type ComponentChild, h } from 'preact';
import { fileNames } from '../run/chosen-files.ts';

/** Properties of {@link NoRun}. */
export interface NoRunProps {
  /** Why the last run could not be opened. */
  readonly error: string | undefined;
  onFiles(files: readonly File[]): void;
}

/** Says how a run is opened, and takes its files. */
export function NoRun({ error, onFiles }: NoRunProps): ComponentChild {
  const onChange = ({ currentTarget }: Event) => onFiles([...((currentTarget as HTMLInputElement).files ?? [])]);
  return h(
    'section',
    { class: 'panel no-run' },
    h('h2', null, 'The latent space of a trained model'),
    error === undefined ? null : h('p', { class: 'wrong', role: 'alert' }, `This run cannot be opened. ${error}`),
    h(
      'p',
      null,
      'This room shows the latent space of a run: a map of the data, pictures of any code z, and posteriors.',
    ),
    h('p', null, 'Train a model, and open the page with it:'),
    h('pre', null, 'pnpm exec flowvae train --latent 2 --out runs/first\npnpm exec flowvae lab runs/first'),
    h(
      'label',
      { class: 'field' },
      h('span', null, `Or choose the files ${fileNames.join(', ')} in the folder run of a saved page:`),
      h('input', { type: 'file', multiple: true, accept: '.json,.safetensors,.bin', onChange }),
    ),
  );
}
