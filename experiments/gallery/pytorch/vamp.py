"""vamp.ts in PyTorch, for the comparison on the gallery's page: the same model, start, optimiser and estimator.

python3 vamp.py <folder with MNIST's IDX files, unpacked> --steps 3000 [--seed 0] [--images 2000] [--samples 200]
Needs torch and numpy. Prints one JSON line: bound, -log p(x) and their standard errors over test images, nats.
"""
import argparse
import json
import math
import time

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

LATENT, HIDDEN, PSEUDO, BATCH = 40, 300, 500, 100


def images(folder, name):
    raw = np.fromfile(f"{folder}/{name}-images-idx3-ubyte", dtype=np.uint8)[16:]
    return torch.from_numpy(raw.reshape(-1, 784).astype(np.float32) / 255)


def perceptron(widths):
    layers = [nn.Linear(a, b) for a, b in zip(widths, widths[1:])]
    for layer in layers:
        nn.init.xavier_uniform_(layer.weight)
        nn.init.zeros_(layer.bias)
    return nn.Sequential(*[part for layer in layers for part in (layer, nn.ReLU())][:-1])


class Vamp(nn.Module):
    def __init__(self, train):
        super().__init__()
        self.features = perceptron([784, HIDDEN, HIDDEN])
        self.mean, self.log_std = perceptron([HIDDEN, LATENT]), perceptron([HIDDEN, LATENT])
        nn.init.constant_(self.log_std[0].bias, -1)
        self.decoder = perceptron([LATENT, HIDDEN, HIDDEN, 784])
        mean = train.mean(0).clamp(0.001, 0.999)
        self.decoder[-1].bias.data = torch.log(mean / (1 - mean))
        rows = train[torch.randperm(len(train))[:PSEUDO]]
        self.pseudo = nn.Parameter(rows + 0.01 * torch.randn_like(rows))

    def encoded(self, x):
        features = F.relu(self.features(x))
        return self.mean(features), self.log_std(features)

    def log_prior(self, z):
        mean, log_std = self.encoded(self.pseudo.clamp(0, 1))
        weight = torch.exp(-2 * log_std)
        square = z**2 @ weight.T - 2 * z @ (mean * weight).T + (mean**2 * weight).sum(1)
        each = -0.5 * square - log_std.sum(1) - 0.5 * LATENT * math.log(2 * math.pi)
        return torch.logsumexp(each, 1) - math.log(PSEUDO)

    def log_weight(self, x, draws):
        mean, log_std = self.encoded(x)
        mean, log_std, x = (part.repeat_interleave(draws, 0) for part in (mean, log_std, x))
        noise = torch.randn_like(mean)
        z = mean + noise * log_std.exp()
        log_q = (-0.5 * noise**2 - log_std).sum(1) - 0.5 * LATENT * math.log(2 * math.pi)
        log_x = -F.binary_cross_entropy_with_logits(self.decoder(z), x, reduction="none").sum(1)
        return log_x + self.log_prior(z) - log_q


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    for name, value in (("steps", 3000), ("seed", 0), ("images", 2000), ("samples", 200), ("threads", 2)):
        parser.add_argument(f"--{name}", type=int, default=value)
    args = parser.parse_args()
    torch.manual_seed(args.seed)
    torch.set_num_threads(args.threads)
    train, test = images(args.folder, "train")[:50_000], images(args.folder, "t10k")[: args.images]
    model = Vamp(train)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    begin = time.time()
    for step in range(args.steps):
        x = torch.bernoulli(train[torch.randint(len(train), (BATCH,))])
        optimizer.zero_grad()
        (-model.log_weight(x, 1).mean()).backward()
        optimizer.step()
    seconds = time.time() - begin
    fixed = torch.bernoulli(test)
    with torch.no_grad():
        weights = torch.cat([model.log_weight(x[None], args.samples)[None] for x in fixed])
    bounds, nlls = weights.mean(1), -(torch.logsumexp(weights, 1) - math.log(args.samples))
    error = lambda values: (values.std() / math.sqrt(len(values))).item()
    found = {"elbo": bounds.mean().item(), "elboStandardError": error(bounds), "nll": nlls.mean().item()}
    print(json.dumps({**found, "nllStandardError": error(nlls), "msPerStep": 1000 * seconds / args.steps}))


main()
