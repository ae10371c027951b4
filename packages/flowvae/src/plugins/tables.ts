// The tables of plug-ins.
import type { ReaderRow } from '@flowvae/datasets/plain';
import type { OwnFlowRow } from '@flowvae/flows/plain';
import type { OwnObjectiveRow } from '@flowvae/objectives/plain';
import type { OwnLikelihoodRow, OwnNetworkRow, OwnPriorRow } from '@flowvae/vae/plain';

/** Rows by name. */
export type Rows<R> = Readonly<Record<string, R>>;

/** The tables that a plug-in may export, each with rows by the names that settings give them. */
export interface PluginTables {
  /** Flows, for `flow` and `prior`: `planar*4-mine`. */
  readonly flows?: Rows<OwnFlowRow>;
  readonly likelihoods?: Rows<OwnLikelihoodRow>;
  /** Priors that are no flows. */
  readonly priors?: Rows<OwnPriorRow>;
  readonly objectives?: Rows<OwnObjectiveRow>;
  /** Encoders with decoders, for `architecture`. */
  readonly networks?: Rows<OwnNetworkRow>;
  /** Readers of data. */
  readonly readers?: Rows<ReaderRow>;
}

/** The name of a table. */
export type TableName = keyof PluginTables;
