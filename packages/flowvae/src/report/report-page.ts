// A run's report as one HTML page: the sections of its model, between a title and the settings.
import { htmlReport, type RelatedPage } from '@flowvae/figures';
import { flagNamed } from '../config/setting/setting.ts';
import { flagOf, type SettingName } from '../config/settings.ts';
import { sharedConfig } from '../config/shared-config.ts';
import { settingsInEffect } from '../definition/settings-in-effect.ts';
import type { Experiment } from '../run/experiment.ts';
import { type ChosenCheckpoint, describeCheckpoint } from '../run/saved-run.ts';
import { type NamedFigure, pageFigure } from './figures/named-figure.ts';
import { binarisationIn, ownModelIn } from './picture-parts.ts';
import type { Section } from './sections/section.ts';

/** The contents of the page. */
export interface ReportPage {
  readonly parts: Experiment;
  /** The sections of the run's model. */
  readonly sections: readonly Section[];
  /** The run's name. */
  readonly name: string;
  /** The checkpoint of the parameters; absent: the end of training. */
  readonly checkpoint?: ChosenCheckpoint | undefined;
  readonly versions: Readonly<Record<string, string>>;
  /** The line under the contents. */
  readonly related?: RelatedPage | undefined;
}

/** The page, and its figures for files of their own. */
export interface WrittenReport {
  readonly html: string;
  readonly figures: readonly NamedFigure[];
}

/** Writes the page. Equal runs give equal pages. */
export function reportPage({ parts, sections: own, name, checkpoint, versions, related }: ReportPage): WrittenReport {
  const { config, model } = parts;
  const parameters = `Parameters ${checkpoint ? `of the ${describeCheckpoint(checkpoint)}` : 'from the end of training'}.`;
  const sections = [...own, settingsTable(parts)];
  const html = htmlReport({
    title: `${name}: ${ownModelIn(parts) ?? `flow ${config.flow}`}, latent ${model.latent}`,
    subtitle: `${parts.set.name}${binarisationIn(config)}, ${ownModelIn(parts) ? '' : `likelihood ${config.likelihood}, `}${config.steps} steps, seed ${config.seed}. ${parameters} All densities in nats.`,
    ...(related ? { related } : {}),
    sections: sections
      .filter(({ tables = [], figures = [] }) => tables.length + figures.length > 0)
      .map(({ figures = [], ...section }) => ({ ...section, figures: figures.map(pageFigure) })),
    footer: Object.entries(versions)
      .map(([part, version]) => `${part} ${version}`)
      .join(', '),
  });
  return { html, figures: sections.flatMap(({ figures = [] }) => figures) };
}

/** The settings that take part in the run: those of the model first, as the command takes them. */
function settingsTable({ plan }: Experiment): Section {
  const { own } = plan;
  const { options, set } = settingsInEffect({ ...plan, config: sharedConfig(plan.config) });
  const flagIn = (name: string) => (own?.builtIn === undefined ? `${flagNamed('set')} ${name}` : flagNamed(name));
  const rows = [
    ...Object.entries(set).map(([name, value]) => [flagIn(name), textOf(value)]),
    ...Object.entries(options).map(([name, value]) => [flagOf(name as SettingName), String(value)]),
  ];
  return { title: 'Settings', tables: [{ columns: ['option', 'value'], rows }] };
}

const textOf = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));
