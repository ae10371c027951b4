"""The VAEs of van den Berg et al. 2018 in PyTorch, trained as published: the validation -ELBO by step, to hold flowvae's curves against.

    npx -y pnpm@10.34.9 exec tsx experiments/sylvester/bits.ts --out bits.u8
    python3 experiments/sylvester/sylvester_torch.py planar --bits bits.u8 --epochs 1 --every 125 --warm-up 0 --seed 0 --out experiments/sylvester/peer/planar-500-seed0.json

It keeps no best epoch, never stops early, evaluates no test images, and draws new noise for each validation. Needs torch and numpy; a check beside the project, which does not use it.
"""

import argparse
import json
import math
import pathlib
import sys
import time

import numpy
import torch
from torch import nn
from torch.nn import functional as F

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "bench"))
from torch_convolutions import FEATURES, GatedVae  # noqa: E402

LATENT, BATCH, EPOCH = 64, 100, 500
KINDS = ["none", "planar", "iaf", "orthogonal", "householder", "triangular"]


def images(path):
    """Training, validation and test images of a file of bits."""
    bits = numpy.fromfile(path, numpy.uint8).reshape(70_000, 784)
    return torch.from_numpy(bits.astype(numpy.float32)).split([50_000, 10_000, 10_000])


class Planar(nn.Module):
    def __init__(self, layers, sizes):
        super().__init__()
        self.layers = layers
        self.u, self.w = nn.Linear(FEATURES, layers * LATENT), nn.Linear(FEATURES, layers * LATENT)
        self.b = nn.Linear(FEATURES, layers)

    def forward(self, features, z):
        log_det = 0
        for u, w, b in zip(*(head(features).view(len(z), self.layers, -1).unbind(1) for head in (self.u, self.w, self.b))):
            along = (w * u).sum(-1, keepdim=True)
            u = u + (F.softplus(along) - 1 - along) * w / w.square().sum(-1, keepdim=True)
            t = torch.tanh((w * z).sum(-1, keepdim=True) + b)
            z = z + u * t
            log_det = log_det + (1 + (1 - t[:, 0] ** 2) * (w * u).sum(-1)).abs().log()
        return z, log_det


class Sylvester(nn.Module):
    """z + Q R1 tanh(R2 Q'z + b); Q by iteration, by mirrors, or the identity and the reversal in turn."""

    def __init__(self, layers, sizes):
        super().__init__()
        self.kind, self.layers = sizes["kind"], layers
        self.width = sizes["columns"] if self.kind == "orthogonal" else LATENT
        self.d = nn.Linear(FEATURES, layers * self.width**2)
        self.first, self.second, self.b = (nn.Linear(FEATURES, layers * self.width) for _ in range(3))
        vectors = {"orthogonal": self.width, "householder": sizes["mirrors"], "triangular": 0}[self.kind]
        self.q = nn.Linear(FEATURES, layers * LATENT * vectors) if vectors else None

    def bases(self, features):
        rows = len(features)
        if self.kind == "triangular":
            return None
        raw = self.q(features)
        if self.kind == "orthogonal":
            a = F.normalize(raw.view(rows * self.layers, -1), dim=1).view(-1, LATENT, self.width)
            identity, close = torch.eye(self.width), 1e-5 if self.width == LATENT else 1e-6
            for _ in range(100):
                a = a @ (identity + (identity - a.transpose(1, 2) @ a) / 2)
                if (a.transpose(1, 2) @ a - identity).flatten(1).norm(dim=1).max() <= close:
                    break
            return a.view(rows, self.layers, LATENT, self.width).unbind(1)
        normals = F.normalize(raw.view(rows, self.layers, -1, LATENT), dim=-1).unbind(2)
        q = torch.eye(LATENT)
        for v in normals:
            q = q - 2 * v[..., None] @ (v[..., None, :] @ q)
        return q.unbind(1)

    def forward(self, features, z):
        rows, width, layers = len(z), self.width, self.layers
        d = self.d(features).view(rows, width, width, layers).unbind(-1)
        first, second = (torch.tanh(head(features)).view(rows, width, layers).unbind(-1) for head in (self.first, self.second))
        b, bases, log_det = self.b(features).view(rows, width, layers).unbind(-1), self.bases(features), 0
        for k in range(layers):
            r1 = d[k].triu(1) + torch.diag_embed(first[k])
            r2 = d[k].transpose(1, 2).triu(1) + torch.diag_embed(second[k])
            if bases is None:
                inside = z.flip(1) if k % 2 else z
            else:
                inside = (z[:, None] @ bases[k])[:, 0]
            t = torch.tanh((r2 @ inside[..., None])[..., 0] + b[k])
            moved = (r1 @ t[..., None])[..., 0]
            if bases is None:
                z = z + (moved.flip(1) if k % 2 else moved)
            else:
                z = z + (bases[k] @ moved[..., None])[..., 0]
            log_det = log_det + (1 + (1 - t**2) * first[k] * second[k]).abs().log().sum(1)
        return z, log_det


class Masked(nn.Module):
    """x (W * mask) + b by blocks; `strict`: an output sees only the blocks before its own."""

    def __init__(self, inputs, outputs, strict=False):
        super().__init__()
        blocks = min(inputs, outputs)
        of_input, of_output = (torch.arange(size) * blocks // size for size in (inputs, outputs))
        seen = of_input[:, None] < of_output if strict else of_input[:, None] <= of_output
        self.register_buffer("mask", seen.float())
        # the published code hands [inputs, outputs] to kaiming_normal, which divides by the second number
        self.weight = nn.Parameter(torch.randn(inputs, outputs) * math.sqrt(2 / outputs))
        self.bias = nn.Parameter(torch.zeros(outputs))

    def forward(self, x):
        return x @ (self.weight * self.mask) + self.bias


class Autoregressive(nn.Module):
    def __init__(self, layers, sizes):
        super().__init__()
        width = sizes["width"]
        self.context = nn.Linear(FEATURES, width)
        self.layers = nn.ModuleList(
            nn.ModuleList([Masked(LATENT, width), Masked(width, width), Masked(width, LATENT, True), Masked(width, LATENT, True)])
            for _ in range(layers)
        )

    def forward(self, features, z):
        context, log_det = self.context(features), 0
        for k, (enter, hidden, mean, gate) in enumerate(self.layers):
            z = z.flip(1) if k % 2 else z
            inner = F.elu(hidden(F.elu(enter(z)) + context))
            logit = gate(inner) + 1
            z = torch.sigmoid(logit) * z + torch.sigmoid(-logit) * mean(inner)
            log_det = log_det + F.logsigmoid(logit).sum(1)
        return z, log_det


class Vae(GatedVae):
    """The benchmark's networks with sigma^2 = softplus and a flow."""

    def __init__(self, kind, layers, sizes):
        super().__init__(LATENT)
        for layer in self.modules():  # PyTorch's transposed layers of that time drew within 1/sqrt(inputs * window)
            if isinstance(layer, nn.ConvTranspose2d):
                radius = 1 / math.sqrt(layer.in_channels * math.prod(layer.kernel_size))
                nn.init.uniform_(layer.weight, -radius, radius)
                nn.init.uniform_(layer.bias, -radius, radius)
        maker = {"none": None, "planar": Planar, "iaf": Autoregressive}.get(kind, Sylvester)
        self.flow = maker(layers, {**sizes, "kind": kind}) if maker else None

    def loss(self, x, beta):
        """Mean of -log p(x|z) + beta (log q(z|x) - log p(z)) at one draw of each row."""
        features = self.encoder(x.view(-1, 1, 28, 28)).flatten(1)
        mean, variance = self.mean(features), F.softplus(self.log_std(features))
        noise = torch.randn_like(mean)
        start = mean + variance.sqrt() * noise
        z, log_det = self.flow(features, start) if self.flow else (start, 0)
        logits = self.decoder(z).flatten(1)
        error = F.binary_cross_entropy_with_logits(logits, x, reduction="none").sum(1)
        divergence = 0.5 * (z.square() - noise.square() - variance.log()).sum(1) - log_det
        return (error + beta * divergence).mean()


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("kind", choices=KINDS)
    options.add_argument("--bits", type=pathlib.Path, required=True, help="what bits.ts wrote")
    options.add_argument("--epochs", type=float, default=1)
    options.add_argument("--every", type=int, default=EPOCH, help="steps between validations")
    options.add_argument("--layers", type=int, default=16)
    options.add_argument("--columns", type=int, default=32)
    options.add_argument("--mirrors", type=int, default=8)
    options.add_argument("--width", type=int, default=1280)
    options.add_argument("--warm-up", type=int, default=100, help="epochs until beta is 1; quick runs of flowvae have 0")
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--start", help="begin with the weights of a file of same-weights.ts --sizes table")
    options.add_argument("--threads", type=int, default=2)
    options.add_argument("--out", type=pathlib.Path, help="a JSON file for the curve")
    given = options.parse_args()
    torch.set_num_threads(given.threads)
    torch.manual_seed(given.seed)
    train, validation, _ = images(given.bits)
    vae = Vae(given.kind, given.layers, vars(given))
    if given.start:
        from same_weights import start_from  # which reads this file

        start_from(given.start, vae, given.kind)
    optimizer = torch.optim.Adamax(vae.parameters(), lr=5e-4, eps=1e-7)
    curve, started, validating = [], time.time(), 0
    steps = round(given.epochs * EPOCH)
    for step in range(1, steps + 1):
        at = (step - 1) * BATCH % len(train)
        if at == 0:
            order = torch.randperm(len(train))
        beta = min(1, (1 + (step - 1) // EPOCH) / max(1, given.warm_up))
        optimizer.zero_grad()
        vae.loss(train[order[at : at + BATCH]], beta).backward()
        optimizer.step()
        if step % given.every == 0:
            since = time.time()
            with torch.no_grad():
                bound = torch.stack([vae.loss(x, 1) for x in validation.split(500)]).mean().item()
            curve.append([step, bound])
            validating += time.time() - since
            print(f"step {step}: validation -ELBO {bound:.2f}", flush=True)
    record = {
        "posterior": given.kind,
        **{name: getattr(given, name) for name in ("layers", "columns", "mirrors", "width")},
        "warmUp": given.warm_up,
        "seed": given.seed,
        **({"start": pathlib.Path(given.start).name} if given.start else {}),
        "steps": steps,
        "validationCurve": curve,
        "parameters": sum(parameter.numel() for parameter in vae.parameters()),
        "msPerStep": round(1000 * (time.time() - started - validating) / steps, 1),
        "threads": given.threads,
        "torch": torch.__version__.split("+")[0],
    }
    pairs = ",\n    ".join(json.dumps(pair) for pair in curve)
    text = json.dumps({**record, "validationCurve": "pairs"}, indent=2).replace('"pairs"', f"[\n    {pairs}\n  ]") + "\n"
    given.out.write_text(text) if given.out else print(text, end="")


if __name__ == "__main__":
    main()
