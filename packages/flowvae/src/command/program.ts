// The commands and their options. The options of `train` are derived from the table of settings.
import { checkpointChoices } from '@flowvae/runs';
import { ExpectationError } from '@flowvae/tensor';
import { Argument, Command, Option } from 'commander';
import { flagOf, type Setting, type SettingName, settings } from '../config/settings.ts';
import { parseSetting } from '../config/train-config.ts';
import { splitNames } from '../run/encode-images.ts';
import type { CheckpointChoice } from '../run/saved-run.ts';
import { version } from '../run/versions.ts';
import { bold, cyan, errorPrefix, hasColours } from './colours.ts';
import { completionCommand, shells } from './completion/completion.ts';
import { addVerbosity } from './verbosity.ts';

const TRAIN_NOTES = `
All numbers are in nats. The run folder gets config.json, metrics.jsonl, checkpoints/, model.safetensors and figures/.
Ctrl-C stops after the step under way, keeps what was trained, and says how to go on; a second one stops at once.
SIGTERM, SIGHUP, SIGUSR1 and SIGUSR2 do the same (exit code 128 + the signal's number), and so does the end of what started the command,
as by SIGHUP; --detached trains on then. In scripts and jobs start node_modules/.bin/flowvae itself, with exec: npx passes no signal on.
A run goes on from its latest checkpoint with --resume, byte for byte as if it had never been stopped.

Objectives (--objective), each averaged over --samples estimates and tempered by --anneal:
  elbo                        the evidence lower bound; --gradient stl scores log q at the draw with its parameters held fixed
  elbo-analytic               the same with the KL divergence in closed form (--flow none, --prior none)
  beta(4), beta-analytic(4)   beta-VAE: 4 times the KL divergence
  free-bits(0.1)              0.1 nats free in each dimension of the latent (--flow none, --prior none)
  free-bits-total(4)          4 nats free in all, for any posterior
  iwae(50)                    the importance-weighted bound of 50 draws; --gradient dreg
  renyi(0.5), renyi(0.5,50)   Renyi's bound with alpha 0.5 of 5 draws, or 50
  inclusive-kl(10)            reweighted wake-sleep: KL(p(z|x) || q(z|x)) by 10 draws
stl, dreg and inclusive-kl need log q at given points: no flow, or one with an inverse.
Validation and evaluation always measure the plain ELBO.

Examples:
  flowvae train                                     planar*10 on MNIST, one to three minutes on two cores
  flowvae train --flow none --seed 1                the plain VAE
  flowvae train --config run.json --seed 2          settings from a file, but for the seed
  flowvae train --flow 'iaf*4' --prior 'realnvp*4'  networks inside the flow, and a learnt prior
  flowvae train --objective 'iwae(50)' --gradient dreg   the importance-weighted bound, doubly reparameterised
  flowvae train --flow 'planar*40' --anneal paper --optimizer rmsprop --lr 1e-5 --binarize static --steps 100000`;

const COMPLETION_NOTES = `
To have it in every shell:
  echo 'source <(flowvae completion bash)' >> ~/.bashrc
  echo 'source <(flowvae completion zsh)' >> ~/.zshrc    after the line with compinit
  flowvae completion fish > ~/.config/fish/completions/flowvae.fish`;

/** The whole command line. */
export function program(): Command {
  const root = new Command('flowvae')
    .description('Train and evaluate VAEs with normalizing-flow posteriors.')
    .version(version)
    .configureOutput({
      outputError: (text, write) => write(text.replace(/^error:/, errorPrefix()).replace(/\n\(/, ' (')),
      getOutHasColors: () => hasColours(process.stdout),
      getErrHasColors: () => hasColours(process.stderr),
    })
    .configureHelp({ styleTitle: bold, styleOptionTerm: cyan, styleSubcommandTerm: cyan })
    .exitOverride();
  const train = subcommand(root, 'train', 'train a VAE, evaluate it on the test set, leave pictures');
  addVerbosity(addSettings(train))
    .option('--config <file>', 'settings from a JSON file, like the config.json of a run; options go before it')
    .option('--out <folder>', 'run folder, new or empty (default: a fresh name under runs/)')
    .option('--json', 'print one JSON object on stdout instead of the summary', false)
    .option('--resume <run>', 'go on with a run that was stopped or killed')
    .option('--replay <run>', 'do the step again at which a run stopped being finite, and show what is in it')
    .option('--detached', 'train on where the terminal, or what started the command, ends')
    .option('--allow-different-machine', 'go on under other versions, threads or CPU, where bytes may differ', false)
    .addOption(wholeNumber('checkpoint-every', 'steps from one checkpoint to the next (default: by time)'))
    .addOption(wholeNumber('checkpoint-minutes', 'minutes from one checkpoint to the next (default: 1)'))
    .addOption(wholeNumber('keep-checkpoints', 'latest checkpoints to keep, beside the best').default(2))
    .addHelpText('after', TRAIN_NOTES)
    .action(loaded(async () => (await import('./train.ts')).trainCommand));
  const evaluate = subcommand(root, 'evaluate', 'estimate the bound and log-likelihood of a run on its test set');
  addVerbosity(addSettings(evaluate, EVALUATION, false))
    .argument('<run>', 'folder of a finished run')
    .addOption(wholeNumber('ais', 'also anneal over n temperatures, by Hamiltonian Monte Carlo', 2, 1_000_000))
    .addOption(wholeNumber('chains', 'of --ais for each image (default: 16)', 1, 100_000))
    .addOption(wholeNumber('simulated', 'anneal n images simulated from the model, in both directions', 1, 1_000_000))
    .option(
      '--report',
      'examine the posteriors too: report.html in the run folder, and the numbers under diagnostics in report.json',
      false,
    )
    .addOption(checkpointOption())
    .option('--json', 'print one JSON object on stdout instead of the summary', false)
    .action(loaded(async () => (await import('./evaluate.ts')).evaluateCommand));
  const encode = subcommand(root, 'encode', 'write posterior means, draws and their log q(z|x) of images to a file');
  addSettings(encode, ['data', 'binarize', 'engine', 'threads'], false)
    .argument('<run>', 'folder of a finished run')
    .requiredOption('--out <file>', 'safetensors file to write: mean, samples, log_q and, where there are any, labels')
    .addOption(splitOption())
    .addOption(wholeNumber('images', 'images to encode, from the first on (default: all)'))
    .addOption(numbered('samples', 'draws for each image', 1))
    .addOption(numbered('mean-samples', 'draws that the mean of a flow posterior is taken over', 100))
    .addOption(numbered('seed', 'decides the draws', 0, 0))
    .addOption(checkpointOption())
    .option('--json', 'print one JSON object on stdout instead of the summary', false)
    .action(loaded(async () => (await import('./encode.ts')).encodeCommand));
  subcommand(root, 'metrics', 'print the metrics of a run as CSV')
    .argument('<run>', 'folder of a run, finished or not')
    .option('--out <file>', 'CSV file to write (default: stdout)')
    .action(loaded(async () => (await import('./metrics.ts')).metricsCommand));
  subcommand(root, 'export', 'write the model of a run for other programs')
    .argument('<run>', 'folder of a finished run')
    .option(
      '--onnx <folder>',
      'write encoder.onnx (x, noise -> z, logQ), decoder.onnx (z -> logits) and, of a flow prior, prior.onnx (noise -> z)',
    )
    .option('--model <folder>', 'write model.json and parameters.safetensors, which loadModel reads without data')
    .option('--json', 'print one JSON object on stdout instead of the paths', false)
    .action(loaded(async () => (await import('./export.ts')).exportCommand));
  subcommand(root, 'sample', 'draw images from the prior of a run')
    .argument('<run>', 'folder of a finished run')
    .addOption(numbered('count', 'images to draw', 100))
    .addOption(numbered('seed', 'decides the draws', 0, 0))
    .option('--out <file>', 'PNG file to write (default: figures/samples-seed<seed>.png in the run folder)')
    .option('--json', 'print one JSON object on stdout instead of the path', false)
    .action(loaded(async () => (await import('./sample.ts')).sampleCommand));
  subcommand(root, 'completion', 'print a script that completes this command in a shell')
    .addArgument(new Argument('<shell>', 'the shell that is to read it').choices(shells))
    .addHelpText('after', COMPLETION_NOTES)
    .action((shell) => completionCommand(root, shell));
  return root;
}

/** A command whose code is loaded when it is called: the figures alone take 40 MiB, and an evaluation draws none. */
const loaded =
  <Given extends unknown[]>(load: () => Promise<(...given: Given) => unknown>) =>
  async (...given: Given): Promise<void> => {
    await (await load())(...given);
  };

/** The settings that `evaluate` may change; by default they are the run's. */
const EVALUATION: readonly SettingName[] = ['evalSamples', 'evalImages', 'engine', 'threads', 'binarize', 'data'];

function subcommand(root: Command, name: string, description: string): Command {
  // commander hands output and exit settings on to commands that are added after them
  return root.command(name).description(description).allowExcessArguments(false);
}

function addSettings(
  command: Command,
  names = Object.keys(settings) as readonly SettingName[],
  showDefaults = true,
): Command {
  for (const name of names) command.addOption(settingOption(name, showDefaults));
  return command;
}

function settingOption(name: SettingName, showDefault: boolean): Option {
  const { placeholder, help, fallback }: Setting<unknown> = settings[name];
  const description = showDefault ? `${help} (default: ${fallback})` : help;
  return new Option(`${flagOf(name)} ${placeholder}`, description).argParser((text) => parseSetting(name, text));
}

/** Whose parameters: `best` or `last`. */
const checkpointOption = () =>
  new Option(
    '--checkpoint <best|last>',
    'take the parameters of this checkpoint, not those that training ended with',
  ).argParser((text): CheckpointChoice => {
    const choice = checkpointChoices.find((each) => each === text);
    if (choice) return choice;
    throw new ExpectationError({
      where: '--checkpoint',
      expected: checkpointChoices.join(' or '),
      received: `'${text}'`,
    });
  });

const splitOption = () =>
  new Option('--split <name>', 'which images: train, validation or test').default('test').argParser((text) => {
    const split = splitNames.find((each) => each === text);
    if (split) return split;
    throw new ExpectationError({ where: '--split', expected: splitNames.join(', '), received: `'${text}'` });
  });

/** Images in one grid; more would not be looked at. */
const MOST_DRAWN = 10_000;

const numbered = (name: string, help: string, fallback: number, least = 1): Option =>
  wholeNumber(name, help, least, MOST_DRAWN).default(fallback);

function wholeNumber(name: string, help: string, least = 1, most = 1_000_000_000): Option {
  return new Option(`--${name} <n>`, help).argParser((text) => {
    const value = /^\d+$/.test(text) ? Number(text) : -1;
    if (value >= least && value <= most) return value;
    throw new ExpectationError({
      where: `--${name}`,
      expected: `a whole number from ${least} to ${most}`,
      received: `'${text}'`,
    });
  });
}
