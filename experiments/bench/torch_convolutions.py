"""VAEs with convolutions in PyTorch: the networks `conv` and `gated-conv` of flowvae, without a flow."""
from torch import nn
from torch.nn import functional as F

from torch_model import log_normal

FEATURES = 256


class PictureVae(nn.Module):
    """Encoder and decoder for 28 x 28, a diagonal normal between them."""

    def __init__(self, encoder, decoder, latent):
        super().__init__()
        self.encoder, self.decoder = encoder, decoder
        self.mean, self.log_std = nn.Linear(FEATURES, latent), nn.Linear(FEATURES, latent)

    def forward(self, x, noise):
        """The negative ELBO of x [B, 784] at noise [B, D]."""
        features = self.encoder(x.view(-1, 1, 28, 28)).flatten(1)
        log_std = self.log_std(features)
        z = self.mean(features) + log_std.exp() * noise
        logits = self.decoder(z).flatten(1)
        log_likelihood = -F.binary_cross_entropy_with_logits(logits, x, reduction="none").sum(-1)
        return (log_normal(noise) - log_std.sum(-1) - log_likelihood - log_normal(z)).mean()


class ConvolutionalVae(PictureVae):
    """Convolutions 3x3 of 32 and 64 channels with stride 2, a dense layer of 256, and the same way back."""

    def __init__(self, latent):
        encoder = nn.Sequential(
            nn.Conv2d(1, 32, 3, 2, 1), nn.ReLU(),
            nn.Conv2d(32, 64, 3, 2, 1), nn.ReLU(),
            nn.Flatten(), nn.Linear(7 * 7 * 64, FEATURES), nn.ReLU(),
        )
        decoder = nn.Sequential(
            nn.Linear(latent, 7 * 7 * 64), nn.ReLU(), nn.Unflatten(1, (64, 7, 7)),
            nn.ConvTranspose2d(64, 32, 3, 2, 1, 1), nn.ReLU(),
            nn.ConvTranspose2d(32, 1, 3, 2, 1, 1),
        )
        super().__init__(encoder, decoder, latent)


class Gate(nn.Module):
    """h * sigmoid(g) of a layer with twice the channels: faster than two layers, and the same function."""

    def __init__(self, layer):
        super().__init__()
        self.layer = layer

    def forward(self, x):
        return F.glu(self.layer(x), 1)


def gated(inputs, outputs, window, stride=1, padding=2):
    return Gate(nn.Conv2d(inputs, 2 * outputs, window, stride, padding))


def spread(inputs, outputs, window, stride=1, padding=2):
    return Gate(nn.ConvTranspose2d(inputs, 2 * outputs, window, stride, padding, stride - 1))


class GatedVae(PictureVae):
    """The network of van den Berg et al. 2018 for binary pictures."""

    def __init__(self, latent):
        encoder = nn.Sequential(
            gated(1, 32, 5), gated(32, 32, 5, 2), gated(32, 64, 5), gated(64, 64, 5, 2), gated(64, 64, 5),
            gated(64, FEATURES, 7, 1, 0),
        )
        decoder = nn.Sequential(
            nn.Unflatten(1, (latent, 1, 1)), spread(latent, 64, 7, 1, 0),
            spread(64, 64, 5), spread(64, 32, 5, 2), spread(32, 32, 5), spread(32, 32, 5, 2), spread(32, 32, 5),
            nn.Conv2d(32, 1, 1),
        )
        super().__init__(encoder, decoder, latent)
