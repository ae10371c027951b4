"""The benchmark's tasks in PyTorch, eager or under torch.compile: see peer.py for how it is asked."""
import os
import tempfile

import torch

from peer import PIXELS, ROWS, TRAINING_IMAGES, median_after_warm_up, microseconds_per_sample, milliseconds, peak_memory, serve, setting
from torch_convolutions import ConvolutionalVae, GatedVae
from torch_model import PlanarVae, planar_chain
from torch_pictures import Glow, negative_log_likelihood
from torch_posteriors import FlowVae, check_log_det

options = setting()
torch.set_num_threads(options.threads)
torch.manual_seed(0)
device = getattr(options, "device", "cpu")
if device == "cuda" and not torch.cuda.is_available():
    raise SystemExit("PyTorch finds no CUDA here")
torch.set_default_device(device)
prepared = torch.compile if options.compile else (lambda function: function)


def vae():
    convolutional = {"conv": ConvolutionalVae, "gated-conv": GatedVae}.get(getattr(options, "architecture", None))
    if convolutional:
        return convolutional(options.latent)
    if getattr(options, "family", None):
        check_log_det(options.family)
        model = FlowVae(options.family, options.layers, options.hidden, options.latent)
        own = sum(p.numel() for p in model.parameters())
        if own != options.parameters:
            raise SystemExit(f"its model has {own} parameters, flowvae's {options.parameters}")
        return model
    return PlanarVae(options.layers, options.hidden, options.latent)


def training_step():
    """Batch with dynamic binarisation, noise, loss, gradients, fused Adam, loss read back."""
    model = vae()
    optimiser = torch.optim.Adam(model.parameters(), lr=1e-3, fused=True)
    loss_of = prepared(model)
    images = torch.randint(256, (TRAINING_IMAGES, PIXELS), dtype=torch.uint8)

    def step():
        x = torch.bernoulli(images[torch.randint(TRAINING_IMAGES, (options.batch,))] / 255)
        loss = loss_of(x, torch.randn(options.batch, options.latent))
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        return loss.item()

    return step


def graphed_step():
    """The same step as one CUDA graph, recorded once and replayed; batch and noise are copied to fixed places."""
    model = vae()
    optimiser = torch.optim.Adam(model.parameters(), lr=1e-3, fused=True, capturable=True)
    images = torch.randint(256, (TRAINING_IMAGES, PIXELS), dtype=torch.uint8)
    x, noise = torch.zeros(options.batch, PIXELS), torch.zeros(options.batch, options.latent)

    def once():
        optimiser.zero_grad(set_to_none=False)
        loss = model(x, noise)
        loss.backward()
        optimiser.step()
        return loss

    aside = torch.cuda.Stream()
    with torch.cuda.stream(aside):
        for _ in range(3):
            once()
    torch.cuda.current_stream().wait_stream(aside)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        loss = once()

    def step():
        x.copy_(torch.bernoulli(images[torch.randint(TRAINING_IMAGES, (options.batch,))] / 255))
        noise.normal_()
        graph.replay()
        return loss.item()

    return step


def glow():
    """The model, in the order of axes that was asked for."""
    order = torch.channels_last if options.channels_last else torch.contiguous_format
    return Glow(options.levels, options.depth, options.width).to(memory_format=order), order


def glow_step():
    """Batch of bytes, noise, loss, gradients, fused Adam, loss read back."""
    model, order = glow()
    optimiser = torch.optim.Adam(model.parameters(), lr=1e-3, fused=True)
    loss_of = prepared(lambda levels, uniform: negative_log_likelihood(model, levels, uniform))
    images = torch.randint(256, (TRAINING_IMAGES, PIXELS), dtype=torch.uint8)

    def step():
        levels = images[torch.randint(TRAINING_IMAGES, (options.batch,))].view(-1, 1, 28, 28).float()
        loss = loss_of(levels.to(memory_format=order), torch.rand(options.batch, 1, 28, 28))
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        return loss.item()

    return step


def glow_samples():
    """Normal noise, the inverse of the flow, the nearest levels."""
    model, _ = glow()
    draw = prepared(model.samples)

    @torch.inference_mode()
    def run():
        return draw(torch.randn(options.samples, PIXELS)).numpy()

    return run


def evaluation():
    """log p(x) of images by importance sampling: several images share a run where their samples are few, and many samples are several runs."""
    model = vae()
    log_weight = prepared(model.log_weight)
    together = max(1, ROWS // options.samples)
    at_once = min(ROWS, options.samples)

    @torch.inference_mode()
    def evaluate_images(count):
        total = 0.0
        for _ in range(0, count, together):
            x = torch.bernoulli(torch.rand(together, 1, PIXELS))
            runs = [log_weight(x, torch.randn(together, at_once, options.latent)) for _ in range(options.samples // at_once)]
            total += torch.logsumexp(torch.cat(runs, 1), 1).sum().item()
        return total

    return evaluate_images


def flow_alone():
    """Forward and backward pass of the planar chain, parameters per row."""
    shape = (options.batch, options.layers, options.latent)
    w, u = (torch.randn(shape).div_(options.latent**0.5).requires_grad_() for _ in range(2))
    b = torch.zeros(shape[:2], requires_grad=True)
    z = torch.randn(options.batch, options.latent, requires_grad=True)

    @prepared
    def value(w, u, b, z):
        y, log_det = planar_chain(w, u, b, z)
        return y.sum() + log_det.sum()

    def run():
        loss = value(w, u, b, z)
        torch.autograd.grad(loss, (w, u, b, z))
        return loss.item()

    return run


def checkpoint(folder):
    """Saving the parameters to a file that is synced and renamed, and loading them into the model."""
    model = vae()
    path = os.path.join(folder, "model.pt")

    def save():
        with open(path + ".part", "wb") as file:
            torch.save(model.state_dict(), file)
            file.flush()
            os.fsync(file.fileno())
        os.rename(path + ".part", path)

    save()
    return save, lambda: model.load_state_dict(torch.load(path))


tasks = {
    "step": lambda: median_after_warm_up(training_step()),
    "step-graph": lambda: median_after_warm_up(graphed_step()),
    "evaluation": lambda: microseconds_per_sample(evaluation(), options.samples),
    "glow-step": lambda: median_after_warm_up(glow_step()),
    "glow-samples": lambda: median_after_warm_up(glow_samples()),
    "flow": lambda: median_after_warm_up(flow_alone()),
    "memory": lambda: peak_memory(training_step()),
    "setup": lambda: lambda _: milliseconds(lambda: training_step()()),
    "save": lambda: median_after_warm_up(checkpoint(folder)[0]),
    "load": lambda: median_after_warm_up(checkpoint(folder)[1]),
}
with tempfile.TemporaryDirectory() as folder:
    serve(tasks[options.task]())
