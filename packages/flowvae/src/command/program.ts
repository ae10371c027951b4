// The commands and their options. Nothing here loads a tensor library: a command's work is imported after the checks of
// its options.
import { Argument, Command } from 'commander';
import { tableFormats } from '../comparison/formats/formats.ts';
import { readingSettings } from '../config/data-options.ts';
import type { SettingName } from '../config/settings.ts';
import { builtIn, type Vocabulary } from '../plugins/vocabulary.ts';
import { version } from '../run/version.ts';
import { compareCommand } from './checks/compare.ts';
import { dataCommand } from './checks/data.ts';
import { encodeCommand } from './checks/encode.ts';
import { evaluateCommand } from './checks/evaluate.ts';
import { EXPORT_MODULE_FLAG, exportCommand } from './checks/export.ts';
import { fitPriorCommand } from './checks/fit-prior.ts';
import { imputeCommand } from './checks/impute.ts';
import { metricsCommand } from './checks/metrics.ts';
import { trainCommand } from './checks/train.ts';
import { completionCommand, shells } from './completion/completion.ts';
import { addDensityOptions } from './density-options.ts';
import { addFigures } from './figure-flags.ts';
import { bold, cyan, errorPrefix, hasColours } from './help/colours.ts';
import { dataNotes, moduleDataNotes } from './help/data-notes.ts';
import { addNotes, helpLayout, helpWidth, type Note } from './help/help-layout.ts';
import { withSetting } from './help/own-setting-hint.ts';
import { pluginNotes } from './help/plugin-notes.ts';
import { headings } from './help/setting-groups.ts';
import { trainNotes } from './help/train-notes.ts';
import { addLabOptions } from './lab/lab-options.ts';
import { addMlflow } from './mlflow-flags.ts';
import {
  addAllSettings,
  addModuleOptions,
  addSettings,
  checkpointOption,
  durableOptions,
  JSON_HELP,
  listed,
  number,
  numbered,
  oneOf,
  setOption,
  share,
  splitOption,
  wholeNumber,
} from './options.ts';
import { addPlugins } from './plugin-options.ts';
import { addRunList } from './run-list-options.ts';
import { addSampleOptions } from './saved-runs/sample-options.ts';
import { addScoreOptions } from './saved-runs/score-options.ts';
import { addSweepOptions } from './sweep/sweep-options.ts';
import { addTargetOptions } from './target-options.ts';
import { addVerbosity, quietOption } from './verbosity.ts';

const imputeNotes: readonly Note[] = [
  'The error is measured in the rows that are imputed; of --split all in the test rows, which training has not seen. ' +
    'The picture figures/imputed.png in the run folder is drawn unless --data names other data.',
];

const completionNotes: readonly Note[] = [
  {
    title: 'To have it in every shell:',
    items: {
      "echo 'source <(flowvae completion bash)' >> ~/.bashrc": '',
      "echo 'source <(flowvae completion zsh)' >> ~/.zshrc": 'after the line with compinit',
      'flowvae completion fish > ~/.config/fish/completions/flowvae.fish': '',
    },
  },
];

/** The user's modules that the command line names. */
interface NamedModules {
  /** Notes on a module, for the help of the command that takes it. */
  readonly notes?: readonly Note[];
  /** The names that settings can use. Default: the built-in ones. */
  readonly vocabulary?: Vocabulary;
  /** The command line behind `flowvae`, for remedies. */
  readonly words?: readonly string[];
}

/** The whole command line. */
export function program(modules: NamedModules = {}): Command {
  const root = rootCommand(modules);
  addTrain(root, modules);
  addDensityOptions(subcommand(root, 'density', 'train a flow by likelihood, judge it in bits per dimension'));
  addSweep(root, modules);
  addTarget(root, modules);
  addData(root, modules);
  addEvaluate(root);
  addCompare(root);
  addFitPrior(root);
  addEncode(root);
  addImpute(root);
  addSmallCommands(root);
  return root;
}

function rootCommand({ words = [] }: NamedModules): Command {
  return new Command('flowvae')
    .description('Train and evaluate VAEs with normalizing-flow posteriors.')
    .version(version)
    .enablePositionalOptions() // for commands that have commands, such as sweep
    .configureOutput({
      outputError: (text, write) =>
        write(
          withSetting(text, words)
            .replace(/^error:/, errorPrefix())
            .replace(/\n\(/, ' ('),
        ),
      getOutHelpWidth: () => helpWidth(process.stdout),
      getErrHelpWidth: () => helpWidth(process.stderr),
      getOutHasColors: () => hasColours(process.stdout),
      getErrHasColors: () => hasColours(process.stderr),
    })
    .configureHelp({ ...helpLayout, styleTitle: bold, styleOptionTerm: cyan, styleSubcommandTerm: cyan })
    .exitOverride();
}

function addTrain(root: Command, { notes = [], vocabulary = builtIn }: NamedModules): void {
  const described = subcommand(root, 'train', 'train a VAE, evaluate it on the test set, leave pictures');
  const train = addAllSettings(described, vocabulary);
  addPlugins(addVerbosity(train.optionsGroup(headings.run).helpOption('-h, --help', 'display help for command')))
    .argument('[file]', 'a module with `export default defineExperiment({ … })`: settings, data, model or objective')
    .addOption(setOption())
    .option('--model <file>', 'with --resume or --replay: the module of the run, where it was moved')
    .option('--changed-model', 'with --resume, --replay or --config: take the modules of the run as they are now')
    .option('--config <file>', 'settings from a JSON file, like the config.json of a run; options go before it')
    .option('--replay <run>', 'repeat the step at which a run stopped being finite, and show its values');
  train.addOption(wholeNumber('until', 'stop after this step, with a checkpoint; --resume goes on'));
  durableOptions(train).action(trainCommand);
  addMlflow(train);
  addFigures(train, 'file format of the pictures in figures/ (default: png)');
  addNotes(train, [...notes, ...trainNotes, ...pluginNotes(vocabulary)]);
}

function addSweep(root: Command, { notes = [], vocabulary = builtIn }: NamedModules): void {
  const sweep = subcommand(root, 'sweep', 'train many runs: every combination of settings, and seeds');
  addSweepOptions(sweep, { notes, vocabulary });
}

function addTarget(root: Command, { notes = [], vocabulary = builtIn }: NamedModules): void {
  const target = subcommand(root, 'target', 'fit a guide to a density of your own; estimate log Z and moments');
  addTargetOptions(target, { notes, vocabulary });
}

function addData(root: Command, { notes = [] }: NamedModules): void {
  const data = subcommand(root, 'data', 'print what is understood of data, and draw some of them');
  addPlugins(
    addSettings(
      data,
      readingSettings.filter((name) => name !== 'data'),
    ),
  )
    .argument('<mnist|source>', 'mnist, files, folders, arrays in files, or a module; the sources are listed below')
    .addOption(setOption())
    .option('--out <file>', 'PNG file to write (default: <name>-data.png here, numbered where another file has it)')
    .option('--json', JSON_HELP)
    .addOption(quietOption())
    .action(dataCommand);
  addNotes(data, [...notes, ...dataNotes, ...moduleDataNotes]);
}

function addFitPrior(root: Command): void {
  const fit = subcommand(root, 'fit-prior', 'fit a flow to the encoded training data of a run, as its prior');
  addModuleOptions(addVerbosity(addSettings(fit, ['lr', 'engine', 'threads', 'data'])))
    .argument('<run>', 'folder of a finished run')
    .requiredOption('--flow <formula>', 'flow formula of the new prior, e.g. maf*4')
    .addOption(wholeNumber('steps', 'steps of the fit').default(5000))
    .addOption(wholeNumber('batch', 'encoded draws in a step').default(256))
    .addOption(numbered('draws', 'draws of q(z|x) for each row', 10))
    .addOption(numbered('seed', 'decides draws and batches', 0, 0))
    .option('--out <folder>', 'run folder to write, new or empty (default: the run with -prior behind its name)')
    .option('--json', JSON_HELP)
    .action(fitPriorCommand);
}

/** The settings that `evaluate` may change; by default they are the run's. */
const EVALUATION: readonly SettingName[] = [
  ...(['evalSamples', 'evalImages', 'engine', 'threads', 'binarize'] as const),
  ...readingSettings,
];

function addEvaluate(root: Command): void {
  const evaluate = subcommand(root, 'evaluate', 'estimate the bound and log-likelihood of a run on its test set');
  addModuleOptions(addVerbosity(addSettings(evaluate, EVALUATION)))
    .argument('<run>', 'folder of a finished run')
    .addOption(wholeNumber('ais', 'also anneal over n temperatures, by Hamiltonian Monte Carlo', 2, 1_000_000))
    .addOption(wholeNumber('chains', 'of --ais for each image (default: 16)', 1, 100_000))
    .addOption(wholeNumber('simulated', 'anneal n images simulated from the model, in both directions', 1, 1_000_000))
    .option(
      '--report',
      'examine the posteriors too: report.html in the run folder, and the numbers under diagnostics in report.json',
    )
    .addOption(checkpointOption())
    .option('--json', JSON_HELP)
    .action(evaluateCommand);
  addFigures(evaluate, 'with --report: each of its figures as a file of its own in figures/, too');
}

function addCompare(root: Command): void {
  subcommand(root, 'compare', 'compare runs: a table over seeds, and which differences are real')
    .argument('<runs...>', 'folders of runs, of sweeps, or of several runs')
    .addOption(
      listed('columns', 'settings, set.<name>, or numbers of report.json (default: what varies, nll, elbo, seconds)'),
    )
    .addOption(listed('by', 'group runs by these settings, whatever else differs (default: all that makes a method)'))
    .option('--metric <name>', 'nll, elbo, or a number of report.json such as terms.logDet', 'nll')
    .option('--baseline <values>', 'the group to compare with, such as none, or flow=none,lr=0.001 (default: the best)')
    .addOption(number('level', 'of the intervals, and 1 − level of the tests').default(0.95))
    .addOption(number('margin', 'a difference that does not matter: a corrected interval within it counts as equal'))
    .addOption(
      oneOf(
        `--format <${tableFormats.join('|')}>`,
        'form of the table (default: by the ending of --out, else text)',
        tableFormats,
      ),
    )
    .option('--json', 'the same as --format json')
    .option('--out <file>', 'file to write, .txt, .md, .csv, .tex or .json (default: stdout)')
    .option('--html <file>', 'page to write: the table, which sorts and filters, and the learning curves')
    .option('--figure <file>', 'figure to write, .png, .svg or .pdf: the learning curves')
    .action(compareCommand);
}

function addEncode(root: Command): void {
  const encode = subcommand(root, 'encode', 'write posterior means, draws and their log q(z|x) of data to a file');
  addModuleOptions(addSettings(encode, ['binarize', 'engine', 'threads', ...readingSettings]))
    .argument('<run>', 'folder of a finished run')
    .requiredOption('--out <file>', 'safetensors file to write: mean, samples, log_q and, where there are any, labels')
    .addOption(splitOption())
    .addOption(wholeNumber('images', 'images, or rows, to encode, from the first on (default: all)'))
    .addOption(numbered('samples', 'draws for each', 1))
    .addOption(
      wholeNumber(
        'mean-samples',
        'draws that the mean of a flow posterior is taken over (default: 100; of a density 1)',
      ),
    )
    .addOption(numbered('seed', 'decides the draws', 0, 0))
    .addOption(checkpointOption())
    .option('--json', JSON_HELP)
    .action(encodeCommand);
}

function addImpute(root: Command): void {
  const impute = subcommand(root, 'impute', 'fill in missing values, and measure the error on held-out ones');
  addModuleOptions(addSettings(impute, ['binarize', 'engine', 'threads', ...readingSettings]))
    .argument('<run>', 'folder of a finished run whose data had missing values')
    .requiredOption(
      '--out <file>',
      'file to write: .csv (rows with their holes filled), or .safetensors (mean, deviation, draws, mask, effective_sample_size)',
    )
    .addOption(splitOption('all'))
    .addOption(wholeNumber('images', 'images, or rows, to impute, from the first on (default: all)'))
    .addOption(wholeNumber('samples', 'importance samples for each', 1, 1_000_000).default(1000))
    .addOption(numbered('draws', 'imputations to draw for each; 19 have a 90 % interval from least to most', 19))
    .addOption(
      share('hold-out', 'of the observed entries: hide them and measure the error; 0: do not measure').default(0.1),
    )
    .addOption(numbered('seed', 'decides the draws', 0, 0))
    .addOption(checkpointOption())
    .option('--json', JSON_HELP)
    .action(imputeCommand);
  addNotes(impute, imputeNotes);
}

function addSmallCommands(root: Command): void {
  addRunList(subcommand(root, 'runs', 'list runs: state, bounds, flow, data, age and size; or prune them'));
  subcommand(root, 'metrics', 'print the metrics of a run as CSV')
    .argument('<run>', 'folder of a run, finished or not')
    .option('--out <file>', 'CSV file to write (default: stdout)')
    .action(metricsCommand);
  addModuleOptions(subcommand(root, 'export', 'write the model of a run for other programs'), EXPORT_MODULE_FLAG)
    .argument('<run>', 'folder of a finished run')
    .option(
      '--onnx <folder>',
      'write encoder.onnx (x, noise -> z, logQ), decoder.onnx (z -> logits; of a density z -> x, named mean) and, of a flow prior, prior.onnx (noise -> z); noise is standard normal, of a density uniform in [0, 1), or normal beside --dequantisation variational',
    )
    .option('--model <folder>', 'write model.json and parameters.safetensors, which loadModel reads without data')
    .option('--json', 'print one JSON object on stdout instead of the paths')
    .action(exportCommand);
  addLabOptions(subcommand(root, 'lab', 'explore flows, a run and training in a browser page'));
  addSampleOptions(subcommand(root, 'sample', 'draw images, or rows, from the prior of a run'));
  addScoreOptions(subcommand(root, 'score', 'write log p(x) of each image, or row, with its error and k̂'));
  const completion = subcommand(root, 'completion', 'print a script that completes this command in a shell')
    .addArgument(new Argument('<shell>', 'the shell that is to read it').choices(shells))
    .action((shell) => completionCommand(root, shell));
  addNotes(completion, completionNotes);
}

function subcommand(root: Command, name: string, description: string): Command {
  // commander hands output and exit settings on to commands that are added after them
  return root.command(name).description(description).allowExcessArguments(false);
}
