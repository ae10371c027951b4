// The names that settings can use: the built-in ones, and those of plug-ins.
import type { ReaderTable } from '@flowvae/datasets/plain';
import { type FlowTable, flowTable } from '@flowvae/flows/plain';
import { type ObjectiveTable, objectiveTable } from '@flowvae/objectives/plain';
import { ExpectationError } from '@flowvae/tensor/plain';
import {
  type LikelihoodTable,
  likelihoodTable,
  type NetworkTable,
  networkTable,
  type PriorTable,
  priorTable,
} from '@flowvae/vae/plain';
import { type Plugin, pluginOf, tableNames } from './plugin.ts';
import type { PluginTables, TableName } from './tables.ts';

/** The tables by which settings are read. */
export interface Vocabulary {
  readonly flows: FlowTable;
  readonly likelihoods: LikelihoodTable;
  readonly priors: PriorTable;
  readonly objectives: ObjectiveTable;
  readonly networks: NetworkTable;
  readonly readers: ReaderTable;
  /** The plug-ins among them. */
  readonly plugins: readonly Plugin[];
}

/** The built-in names alone. */
export const builtIn: Vocabulary = {
  flows: flowTable,
  likelihoods: likelihoodTable,
  priors: priorTable,
  objectives: objectiveTable,
  networks: networkTable,
  readers: {},
  plugins: [],
};

/** Words that settings take beside the names of a table. */
const reserved: Readonly<Record<TableName, readonly string[]>> = {
  flows: ['none', ...Object.keys(priorTable)], // the setting prior takes flows too
  likelihoods: ['auto'],
  priors: ['none', ...Object.keys(flowTable)],
  objectives: [],
  networks: [],
  readers: ['mnist'],
};

/**
 * The built-in names and those of plug-ins.
 *
 * @throws ExpectationError for a name that is built in, or in two plug-ins
 */
export function vocabularyOf(plugins: readonly Plugin[]): Vocabulary {
  if (plugins.length === 0) return builtIn;
  for (const table of tableNames) refuseTakenNames(table, plugins);
  const joined = <T extends TableName>(table: T): Vocabulary[T] =>
    Object.assign({}, builtIn[table], ...plugins.map(({ tables }) => tables[table])) as Vocabulary[T];
  return {
    flows: joined('flows'),
    likelihoods: joined('likelihoods'),
    priors: joined('priors'),
    objectives: joined('objectives'),
    networks: joined('networks'),
    readers: joined('readers'),
    plugins,
  };
}

/** Options of functions that read formulas. */
export interface PluginOptions {
  /** Plug-ins of `loadPlugins`, or tables that the program made or imported. Default none. */
  readonly plugins?: readonly (Plugin | PluginTables)[];
}

/** The same of plug-ins, and of tables whose rows are not checked yet. */
export const vocabularyOfTables = (plugins: readonly (Plugin | PluginTables)[]): Vocabulary =>
  vocabularyOf(plugins.map((plugin, i) => ('tables' in plugin ? plugin : pluginOf(`${i + 1}`, { ...plugin }))));

function refuseTakenNames(table: TableName, plugins: readonly Plugin[]): void {
  const owners = new Map(
    [...Object.keys(builtIn[table]), ...reserved[table]].map((name) => [name, 'a built-in one'] as const),
  ) as Map<string, string>;
  // the setting `prior` takes flows too
  for (const { name: owner, tables } of table === 'priors' ? plugins : []) {
    for (const name of Object.keys(tables.flows ?? {})) owners.set(name, `a flow of plug-in ${owner}`);
  }
  for (const plugin of plugins) {
    for (const name of Object.keys(plugin.tables[table] ?? {})) {
      const owner = owners.get(name);
      if (owner !== undefined) {
        const where = `plug-in ${plugin.name}: ${table}: ${name}`;
        throw new ExpectationError({ where, expected: 'a name of its own', received: `that of ${owner}` });
      }
      owners.set(name, `plug-in ${plugin.name}`);
    }
  }
}
