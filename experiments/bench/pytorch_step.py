"""The benchmark's training step in PyTorch: same model, same optimiser, same batch preparation.

Reads lines "<steps>" from standard input, trains that many steps and answers with the median milliseconds of a step, as a JSON object a line.
Usage: pytorch_step.py <flow layers> <threads> <batch> <hidden> <latent>
"""
import json
import math
import statistics
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

layers, threads, batch, hidden, latent = (int(argument) for argument in sys.argv[1:6])
pixels = 784
torch.set_num_threads(threads)
torch.manual_seed(0)


class PlanarVae(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(pixels, hidden), nn.ReLU(), nn.Linear(hidden, hidden), nn.ReLU())
        self.mean, self.log_std = nn.Linear(hidden, latent), nn.Linear(hidden, latent)
        if layers:
            self.w, self.u = nn.Linear(hidden, layers * latent), nn.Linear(hidden, layers * latent)
            self.b = nn.Linear(hidden, layers)
        self.decoder = nn.Sequential(
            nn.Linear(latent, hidden), nn.ReLU(), nn.Linear(hidden, hidden), nn.ReLU(), nn.Linear(hidden, pixels)
        )

    def flow(self, features, z):
        w = self.w(features).view(-1, layers, latent)
        u = self.u(features).view(-1, layers, latent)
        dot = (w * u).sum(2)
        slope = F.softplus(dot)
        u_hat = u + ((slope - 1 - dot) / w.square().sum(2)).unsqueeze(2) * w
        activations = []
        # unbind before the loop: slicing inside it makes the backward pass ten times slower
        for wk, uk, bk in zip(w.unbind(1), u_hat.unbind(1), self.b(features).unbind(1)):
            t = torch.tanh((wk * z).sum(1) + bk)
            z = z + uk * t.unsqueeze(1)
            activations.append(t)
        t2 = torch.stack(activations, 1).square()
        return z, torch.log(t2 + (1 - t2) * slope).sum(1)

    def loss(self, x, noise):
        features = self.encoder(x)
        log_std = self.log_std(features)
        z = self.mean(features) + log_std.exp() * noise
        log_q = -0.5 * (noise.square() + math.log(2 * math.pi)).sum(1) - log_std.sum(1)
        if layers:
            z, log_det = self.flow(features, z)
            log_q = log_q - log_det
        log_prior = -0.5 * (z.square() + math.log(2 * math.pi)).sum(1)
        log_likelihood = -F.binary_cross_entropy_with_logits(self.decoder(z), x, reduction="none").sum(1)
        return (log_q - log_likelihood - log_prior).mean()


model = PlanarVae()
optimiser = torch.optim.Adam(model.parameters(), lr=1e-3, fused=True)
intensities = torch.rand(60_000, pixels)


def step():
    x = torch.bernoulli(intensities[torch.randint(60_000, (batch,))])
    loss = model.loss(x, torch.randn(batch, latent))
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
    return loss.item()


for line in sys.stdin:
    durations = []
    for _ in range(int(line)):
        start = time.perf_counter()
        step()
        durations.append(1000 * (time.perf_counter() - start))
    print(json.dumps({"msPerStep": statistics.median(durations), "version": torch.__version__}), flush=True)
