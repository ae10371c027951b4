// The options of `flowvae lab`.
import type { Command } from 'commander';
import { labCommand } from '../checks/lab.ts';
import { addNotes, type Note } from '../help/help-layout.ts';
import { addModuleOptions, JSON_HELP, wholeNumber } from '../options.ts';

const notes: readonly Note[] = [
  'The page is served to browsers on this machine only, at an address with a secret token, until Ctrl-C. A written page ' +
    'works from any web server; one HTML file opens without a server, and trains on one thread.',
];

/** Gives the command `lab` its options. */
export function addLabOptions(lab: Command): void {
  addModuleOptions(lab)
    .argument('[run]', 'folder of a finished run on images; without it the page has flows and training only')
    .option('--out <path>', 'write the page instead: a folder, or one file that ends in .html')
    .addOption(wholeNumber('port', 'port of the server (default: a free one)', 1, 65_535))
    .option('--no-open', 'print the address, and open no browser')
    .option('--json', JSON_HELP)
    .action(labCommand);
  addNotes(lab, notes);
}
