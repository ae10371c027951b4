// The options of `flowvae density`.
import type { Command } from 'commander';
import type { SettingTable } from '../config/setting/setting.ts';
import { settings, type TrainConfig } from '../config/settings.ts';
import { densityDefaults, densityRunSettings, densitySettings } from '../density/density-settings.ts';
import { densityCommand } from './checks/density.ts';
import { addFigures } from './figure-flags.ts';
import { densityNotes } from './help/density-notes.ts';
import { addNotes } from './help/help-layout.ts';
import { addMlflow } from './mlflow-flags.ts';
import { addTable, durableOptions, wholeNumber } from './options.ts';
import { addVerbosity } from './verbosity.ts';

/** Gives the command `density` its options. */
export function addDensityOptions(density: Command): void {
  addVerbosity(addTable(density, { ...densitySettings, ...runSettings() }))
    .option('--config <file>', 'settings from a JSON file, like the config.json of a run; options go before it')
    .option('--replay <run>', 'repeat the step at which a run stopped being finite, and show its values')
    .addOption(wholeNumber('until', 'stop after this step, with a checkpoint; --resume goes on'));
  durableOptions(density).action(densityCommand);
  addMlflow(density);
  addFigures(density, 'file format of the pictures in figures/ (default: png)');
  addNotes(density, densityNotes);
}

/** The settings of every run, with the defaults of densities. */
function runSettings(): SettingTable {
  const defaults: Partial<TrainConfig> = densityDefaults;
  const entries = densityRunSettings.map((name) => {
    const setting = settings[name];
    return [name, { ...setting, fallback: defaults[name] ?? setting.fallback }];
  });
  return Object.fromEntries(entries);
}
