"""Trains and evaluates a flow of pictures in PyTorch: one JSON argument in, progress on stderr, one JSON line out.

A run that was killed goes on from its last checkpoint, a file of the argument's folder.
"""
import json
import math
import os
import sys
import time
import warnings

import numpy as np
import torch

from torch_flows import log_bound, makers

START_ROWS = 200
SECONDS_BETWEEN_CHECKPOINTS = 120


def pictures(path):
    """Bytes [n, 1, 28, 28] of an IDX file."""
    return torch.from_numpy(np.fromfile(path, np.uint8)[16:]).view(-1, 1, 28, 28)


def uniform_like(levels):
    return torch.rand(levels.shape)


def save(state, path):
    torch.save(state, path + ".part")
    os.replace(path + ".part", path)


def rate_at(step, options):
    """The rate of a step, counted from 0: a straight rise over the first steps, and half a cosine to 0."""
    rise = min(1, (step + 1) / options["lrWarmup"])
    return rise * options["lr"] * 0.5 * (1 + math.cos(math.pi * step / options["steps"]))


def train(flow, images, options, path):
    """Adam on the mean of the bound; returns the seconds of all steps."""
    parameters = [p for p in flow.parameters() if p.requires_grad]
    optimiser = torch.optim.Adam(parameters, lr=options["lr"], fused=True)
    step, seconds = 0, 0.0
    if os.path.exists(path):
        state = torch.load(path)
        flow.load_state_dict(state["flow"])
        optimiser.load_state_dict(state["optimiser"])
        step, seconds = state["step"], state["seconds"]
        torch.set_rng_state(state["random"])
    else:
        with torch.no_grad():  # the activation normalisations start from these rows
            rows = images[torch.randint(len(images), (START_ROWS,))].float()
            log_bound(flow, rows, uniform_like(rows))

    def state_now():
        return {"flow": flow.state_dict(), "optimiser": optimiser.state_dict(), "step": step,
                "seconds": seconds + time.perf_counter() - begun, "random": torch.get_rng_state()}

    begun = saved = time.perf_counter()
    order = torch.randperm(len(images))
    for step in range(step + 1, options["steps"] + 1):
        place = (step - 1) * options["batch"] % (len(images) - options["batch"] + 1)
        if place < options["batch"]:
            order = torch.randperm(len(images))
        levels = images[order[place : place + options["batch"]]].float()
        loss = -log_bound(flow, levels, uniform_like(levels)).mean()
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, options["clip"])
        for group in optimiser.param_groups:
            group["lr"] = rate_at(step - 1, options)
        optimiser.step()
        if step % 200 == 0:
            print(f"PyTorch: step {step}/{options['steps']}  {loss.item() / (784 * math.log(2)):.3f} bits/dim", file=sys.stderr)
        if time.perf_counter() - saved > SECONDS_BETWEEN_CHECKPOINTS:
            saved = time.perf_counter()
            save(state_now(), path)
    save(state_now(), path)
    return seconds + time.perf_counter() - begun


@torch.inference_mode()
def evaluate(flow, images, samples):
    """Bits per dimension by one draw, and by the mean of importance weights, with standard errors over pictures."""
    per_dimension = 784 * math.log(2)
    single, weighted = [], []
    for some in images.split(200):
        levels = some.float()
        bounds = torch.stack([log_bound(flow, levels, uniform_like(levels)) for _ in range(samples)])
        single.append(bounds.mean(0))
        weighted.append(torch.logsumexp(bounds, 0) - math.log(samples))

    def bits(values):
        values = -torch.cat(values).double() / per_dimension
        return [values.mean().item(), values.std().item() / math.sqrt(len(values))]

    return {"bound": bits(single), "bits": bits(weighted)}


def main(options):
    warnings.filterwarnings("ignore", message=".*triangular_solve.*")
    torch.set_num_threads(options["threads"])
    torch.manual_seed(options["seed"])
    flow = makers[options["model"]](depth=options["depth"], width=options["width"])
    parameters = [p for p in flow.parameters() if p.requires_grad]
    path = os.path.join(options["folder"], f"{options['model']}.pt")
    flow.train()
    seconds = train(flow, pictures(options["train"])[: options["rows"]], options, path)
    flow.eval()
    found = evaluate(flow, pictures(options["test"])[: options["images"]], options["samples"])
    facts = {"parameters": sum(p.numel() for p in parameters), "seconds": seconds, "torch": torch.__version__}
    print(json.dumps({**found, **facts}))


main(json.loads(sys.argv[1]))
