// The line of a run's report that leads to its page of the lab.
import { existsSync, readFileSync } from 'node:fs';
import { isAbsolute, join, relative, resolve } from 'node:path';
import { type RelatedPage, withRelatedPage } from '@flowvae/figures';
import { writeFileAtomically } from '@flowvae/runs';
import type { Experiment } from '../run/experiment.ts';
import { labRefusal } from './lab-refusal.ts';

/** Places in a run's folder where a report finds the page. */
const PLACES = ['lab.html', 'lab/index.html'];

const linkTo = (href: string): RelatedPage => ({
  text: `The lab: this run in a browser page${href.endsWith('index.html') ? ', which needs a web server' : ''}`,
  href,
});

const command: RelatedPage = {
  text: 'flowvae lab, with the folder of this run, opens it in a browser page: latent space, drawings, layers of the flow.',
};

/** The line of a report in a run's folder; undefined where the page cannot show the run. */
export function labLink(parts: Experiment, folder: string): RelatedPage | undefined {
  if (labRefusal(parts)) return undefined;
  const place = PLACES.find((name) => existsSync(join(folder, name)));
  return place === undefined ? command : linkTo(place);
}

/**
 * Lets the report of a run, if there is one, lead to a page that was written into the run's folder.
 *
 * @param page path of the HTML file
 * @throws ExpectationError if the system refuses
 */
export function linkFromReport(folder: string, page: string): void {
  const href = relative(resolve(folder), resolve(page)).replaceAll('\\', '/');
  const report = join(folder, 'report.html');
  if (href.startsWith('..') || isAbsolute(href) || !existsSync(report)) return;
  writeFileAtomically(report, withRelatedPage(readFileSync(report, 'utf8'), linkTo(href)));
}
