// Notes below the options of `train --help`.
import { dataNotes } from './data-notes.ts';
import type { Note } from './help-layout.ts';

export const trainNotes: readonly Note[] = [
  'All numbers are in nats. The run folder gets config.json, metrics.jsonl, checkpoints/, model.safetensors and figures/.',
  'Ctrl-C stops after the current step, keeps the trained model, and says how to resume; a second one stops at once. ' +
    "SIGTERM, SIGHUP, SIGUSR1 and SIGUSR2 do the same (exit code 128 + the signal's number). The end of the parent process counts " +
    'as SIGHUP; with --detached it stops nothing. In scripts and jobs start node_modules/.bin/flowvae itself, with exec: npx passes ' +
    'no signal on. With --resume a run continues from its latest checkpoint, byte for byte as if it had never been stopped.',
  {
    title: 'Objectives (--objective), each averaged over --samples estimates and tempered by --anneal:',
    items: {
      elbo: 'the evidence lower bound; --gradient stl scores log q at the draw with its parameters held fixed',
      'elbo-analytic': 'the same with the KL divergence in closed form (--flow none, --prior none)',
      'beta(4), beta-analytic(4)': 'beta-VAE: 4 times the KL divergence',
      'free-bits(0.1)': '0.1 nats free in each dimension of the latent (--flow none, --prior none)',
      'free-bits-total(4)': '4 nats free in all, for any posterior',
      'iwae(50)': 'the importance-weighted bound of 50 draws; --gradient dreg',
      'renyi(0.5), renyi(0.5,50)': "Renyi's bound with alpha 0.5 of 5 draws, or 50",
      'inclusive-kl(10)': 'reweighted wake-sleep: KL(p(z|x) || q(z|x)) by 10 draws',
    },
  },
  'stl, dreg and inclusive-kl need log q at given points: no flow, or one with an inverse. Validation and evaluation always measure ' +
    'the plain ELBO.',
  ...dataNotes,
  {
    title: 'Examples:',
    items: {
      'flowvae train': 'planar*10 on MNIST, one to three minutes on two cores',
      'flowvae train --flow none --seed 1': 'the plain VAE',
      'flowvae train --config run.json --seed 2': 'settings from a file, but for the seed',
      "flowvae train --flow 'iaf*4' --prior 'realnvp*4'": 'networks inside the flow, and a learnt prior',
      "flowvae train --objective 'iwae(50)' --gradient dreg": 'the importance-weighted bound, doubly reparameterised',
      "flowvae train --flow 'planar*40' --anneal paper --optimizer rmsprop --lr 1e-5":
        "the paper's schedule and optimiser",
    },
  },
];
