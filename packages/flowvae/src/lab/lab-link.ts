// The line of a run's report that leads to its page of the lab.
import { readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { type RelatedPage, withRelatedPage } from '@flowvae/figures';
import { writeFileAtomically } from '@flowvae/runs';
import type { Experiment } from '../run/experiment.ts';
import { labRefusal } from './lab-refusal.ts';

/** Places in a run's folder where a report finds the page, and the words for it. */
const places = {
  'lab.html': 'The lab: this run in a browser page',
  'lab/index.html': 'The lab: this run in a browser page, which needs a web server',
} as const;

type Place = keyof typeof places;

const linkTo = (href: Place): RelatedPage => ({ text: places[href], href });

const command: RelatedPage = {
  text: 'flowvae lab, with the folder of this run, opens it in a browser page: latent space, drawings, layers of the flow.',
};

/** Whether the page has the parameters of now: a run that went on has others. */
function isOfNow(folder: string, place: string): boolean {
  const [page, model] = [place, 'model.safetensors'].map((name) =>
    statSync(join(folder, name), { throwIfNoEntry: false }),
  );
  return page !== undefined && model !== undefined && page.mtimeMs >= model.mtimeMs;
}

/** The line of a report in a run's folder; undefined where the page cannot show the run. */
export function labLink(parts: Experiment, folder: string): RelatedPage | undefined {
  if (labRefusal(parts)) return undefined;
  const place = (Object.keys(places) as Place[]).find((name) => isOfNow(folder, name));
  return place === undefined ? command : linkTo(place);
}

/**
 * Lets the reports of a run lead to a page that was written to one of its places in the run's folder.
 *
 * @param page path of the HTML file
 * @throws ExpectationError if the system refuses
 */
export function linkFromReports(folder: string, page: string): void {
  const place = relative(realpathSync(folder), realpathSync(page)).replaceAll('\\', '/');
  if (!Object.hasOwn(places, place)) return;
  for (const name of readdirSync(folder).filter((each) => /^report(-.*)?\.html$/.test(each))) {
    const report = join(folder, name);
    writeFileAtomically(report, withRelatedPage(readFileSync(report, 'utf8'), linkTo(place as Place)));
  }
}
