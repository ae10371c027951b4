"""The benchmark's VAE in PyTorch."""
import math

import torch
from torch import nn
from torch.nn import functional as F

from peer import PIXELS


def planar_chain(w, u, b, z):
    """K planar layers: w, u [..., K, D], b [..., K], z [..., D] -> y [..., D], log-det [...]."""
    dot = (w * u).sum(-1)
    slope = F.softplus(dot)
    u_hat = u + ((slope - 1 - dot) / w.square().sum(-1)).unsqueeze(-1) * w
    activations = []
    # unbind before the loop: slicing inside it makes the backward pass ten times slower
    for wk, uk, bk in zip(w.unbind(-2), u_hat.unbind(-2), b.unbind(-1)):
        t = torch.tanh((wk * z).sum(-1) + bk)
        z = z + uk * t.unsqueeze(-1)
        activations.append(t)
    t2 = torch.stack(activations, -1).square()
    return z, torch.log(t2 + (1 - t2) * slope).sum(-1)


def log_normal(z):
    """Log-density of a standard normal, summed over the last axis."""
    return -0.5 * (z.square() + math.log(2 * math.pi)).sum(-1)


class PlanarVae(nn.Module):
    """784-H-H encoder, H-H-784 decoder, latent D, K planar layers whose parameters the encoder yields."""

    def __init__(self, layers, hidden, latent):
        super().__init__()
        self.layers, self.latent = layers, latent
        self.encoder = nn.Sequential(nn.Linear(PIXELS, hidden), nn.ReLU(), nn.Linear(hidden, hidden), nn.ReLU())
        self.mean, self.log_std = nn.Linear(hidden, latent), nn.Linear(hidden, latent)
        if layers:
            self.w, self.u = nn.Linear(hidden, layers * latent), nn.Linear(hidden, layers * latent)
            self.b = nn.Linear(hidden, layers)
        self.decoder = nn.Sequential(
            nn.Linear(latent, hidden), nn.ReLU(), nn.Linear(hidden, hidden), nn.ReLU(), nn.Linear(hidden, PIXELS)
        )

    def moved(self, z, features):
        """The image of z under the flow, and its log-det [...]."""
        if not self.layers:
            return z, 0
        shape = (*features.shape[:-1], self.layers, self.latent)
        return planar_chain(self.w(features).view(shape), self.u(features).view(shape), self.b(features), z)

    def log_weight(self, x, noise):
        """log p(x, z) - log q(z | x) for x [B, 784] and noise [B, D], or x [I, 1, 784] and noise [I, S, D]."""
        features = self.encoder(x)
        log_std = self.log_std(features)
        z, log_det = self.moved(self.mean(features) + log_std.exp() * noise, features)
        log_q = log_normal(noise) - log_std.sum(-1) - log_det
        logits = self.decoder(z)
        log_likelihood = -F.binary_cross_entropy_with_logits(logits, x.expand_as(logits), reduction="none").sum(-1)
        return log_likelihood + log_normal(z) - log_q

    def forward(self, x, noise):
        """The negative ELBO."""
        return -self.log_weight(x, noise).mean()
