"""Whether PyTorch computes what flowvae does: sylvester_torch.py's model with the weights of a file that same-weights.ts wrote.

    npx -y pnpm@10.34.9 exec tsx experiments/sylvester/same-weights.ts iaf --gradients --out iaf.safetensors
    python3 experiments/sylvester/same_weights.py iaf.safetensors

Prints both sides' mean -log p(x|z) and mean log q(z|x) - log p(z), and with --gradients how far those of their sum lie apart. Fails where terms differ
by more than 1e-6 of them, or 1e-4 nats, or a parameter's gradients by more than 1e-4 of their length.
"""

import json
import math
import sys

import numpy
import torch

import sylvester_torch as peer


def tensors_of(path):
    """The tensors of a safetensors file in float64, and its metadata."""
    raw = open(path, "rb").read()
    length = int.from_bytes(raw[:8], "little")
    header = json.loads(raw[8 : 8 + length])
    metadata = header.pop("__metadata__")
    tensors = {}
    for name, entry in header.items():
        begin, end = (8 + length + offset for offset in entry["data_offsets"])
        values = numpy.frombuffer(raw[begin:end], numpy.float32).astype(numpy.float64)
        tensors[name] = torch.from_numpy(values.reshape(entry["shape"]))
    return tensors, metadata


def put(parameter, value, name):
    if parameter.shape != value.shape:
        raise SystemExit(f"{name}: shape {list(parameter.shape)} expected, {list(value.shape)} in the file")
    parameter.data = value.contiguous()


GRADIENT = "gradient/"


class Weights:
    def __init__(self, tensors):
        self.left = dict(tensors)

    def take(self, name):
        if name not in self.left:
            raise SystemExit(f"{name}: a tensor of this name expected; the file holds another posterior, or other sizes")
        return self.left.pop(name)

    def linear(self, layer, name):
        put(layer.weight, self.take(f"{name}/kernel").T, name)
        put(layer.bias, self.take(f"{name}/bias"), name)

    def window(self, layer, name, order=(3, 2, 0, 1), shape=None):
        kernel = self.take(f"{name}/kernel")
        put(layer.weight, (kernel.view(shape) if shape else kernel).permute(order), name)
        put(layer.bias, self.take(f"{name}/bias"), name)


def load(vae, weights, kind):
    encoder, decoder = [layer.layer for layer in vae.encoder], [each.layer for each in vae.decoder if hasattr(each, "layer")]
    for i in range(5):
        weights.window(encoder[i], f"encoder/conv{i + 1}")
        weights.window(decoder[i + 1], f"decoder/deconv{i + 1}")
    weights.window(encoder[5], "encoder/dense", shape=(7, 7, 64, 2 * peer.FEATURES))
    weights.window(decoder[0], "decoder/dense", (0, 3, 1, 2), (peer.LATENT, 7, 7, 128))
    weights.window(vae.decoder[-1], "decoder/output")
    base = "posterior" if kind == "none" else "posterior/base"
    weights.linear(vae.mean, f"{base}/mean")
    weights.linear(vae.log_std, f"{base}/rawVariance")
    flow, at = vae.flow, "posterior/flow"
    if kind == "planar":
        for name in "uwb":
            weights.linear(getattr(flow, name), f"{at}/{name}")
    elif kind == "iaf":
        put(flow.context.weight, weights.take(f"{at}/contextKernel")[0].T, "contextKernel")
        put(flow.context.bias, weights.take(f"{at}/contextBias")[0], "contextBias")
        for place, stage in enumerate(["1", "2", "Mean", "Gate"]):
            kernels, biases = weights.take(f"{at}/kernel{stage}")[0], weights.take(f"{at}/bias{stage}")[0]
            if len(kernels) != len(flow.layers):
                raise SystemExit(f"{len(flow.layers)} layers expected, {len(kernels)} in the file")
            for k, layer in enumerate(flow.layers):
                put(layer[place].weight, kernels[k], f"kernel{stage}")
                put(layer[place].bias, biases[k], f"bias{stage}")
    elif kind != "none":
        for own, name in (("d", "d"), ("first", "diag1"), ("second", "diag2"), ("b", "b"), ("q", "q")):
            if getattr(flow, own) is not None:
                weights.linear(getattr(flow, own), f"{at}/{name}")


def start_from(path, vae, kind):
    """Puts the weights of a file into a model in float32."""
    tensors, _ = tensors_of(path)
    read = Weights({name: tensor.float() for name, tensor in tensors.items() if not name.startswith(("in/", "out/", GRADIENT))})
    load(vae, read, kind)
    if read.left:
        raise SystemExit(f"no such tensors there: {', '.join(read.left)}")


def gradients_apart(vae, x, gradients, kind):
    """The largest distance of a parameter's gradients, relative to their length."""
    vae.loss(x, 1).backward()
    apart = {}
    for (name, parameter), ours in zip(vae.named_parameters(), gradients.parameters()):
        apart[name] = (parameter.grad - ours).norm().item() / max(parameter.grad.norm().item(), 1e-12)
    worst = max(apart, key=lambda name: math.inf if math.isnan(apart[name]) else apart[name])
    print(f"{kind}: gradients of {len(apart)} parameters: at most {apart[worst]:.1e} of their length apart ({worst})")
    return apart[worst]


def main():
    tensors, metadata = tensors_of(sys.argv[1])
    kind = metadata["posterior"]
    sizes = {name: int(metadata[name]) for name in ("columns", "mirrors", "width")}
    torch.set_default_dtype(torch.float64)
    vae = peer.Vae(kind, int(metadata["layers"]), sizes).double()
    weights = Weights({name: tensor for name, tensor in tensors.items() if not name.startswith(GRADIENT)})
    slopes = Weights({name.removeprefix(GRADIENT): tensor for name, tensor in tensors.items() if name.startswith(GRADIENT)})
    x, noise = weights.take("in/x"), weights.take("in/noise")
    error, prior, posterior = (weights.take(f"out/{name}").mean().item() for name in ("logLikelihood", "logPrior", "logPosterior"))
    gradients = peer.Vae(kind, int(metadata["layers"]), sizes).double()  # flowvae's gradients, by PyTorch's names
    has_gradients = len(slopes.left) > 0
    for model, read in ((vae, weights), *([(gradients, slopes)] if has_gradients else [])):
        load(model, read, kind)
        if read.left:
            raise SystemExit(f"no such tensors there: {', '.join(read.left)}")
    torch.randn_like = lambda mean: noise
    with torch.no_grad():
        without, whole = vae.loss(x, 0).item(), vae.loss(x, 1).item()
    pairs = (("-log p(x|z)", -error, without), ("log q(z|x) - log p(z)", posterior - prior, whole - without))
    for name, ours, theirs in pairs:
        print(f"{kind}: {name}: flowvae {ours:.5f}, PyTorch in float64 {theirs:.5f}")
    apart = gradients_apart(vae, x, gradients, kind) if has_gradients else 0
    # written so that NaN fails, too
    if not (all(abs(ours - theirs) <= max(1e-4, 1e-6 * abs(ours)) for _, ours, theirs in pairs) and apart <= 1e-4):
        raise SystemExit("they differ")


if __name__ == "__main__":
    main()
