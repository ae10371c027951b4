#!/bin/sh
# normflows 1.7.3: MultiscaleFlow.sample(n) of a class-conditional model without y draws a class of its own on each scale, so the parts of one picture come
# from different classes, and the returned log_q is the density of no class and of no mixture. Here each scale has a base whose mean tells the class: the
# parts of a sample agree only by chance, for about one sample in ten. sample(n, y) with drawn classes gives samples of the model.
# Needs python3 (3.11 to 3.13) and the network. Exits with 0 while the library behaves as written here.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet normflows==1.7.3 torch==2.15.0 numpy==2.4.6
cd "$folder"
cat >classes.py <<'PYTHON'
import sys

import normflows as nf
import torch

torch.manual_seed(0)
classes, count = 10, 1000
bases = [nf.distributions.GlowBase((1, 2, 2), num_classes=classes) for _ in range(2)]
for base in bases:
    base.loc_cc.data = 100.0 * torch.arange(classes)[:, None]  # the deviation is 1
model = nf.MultiscaleFlow(bases, [[], []], [nf.flows.Merge()])


def agreeing(x):
    """The share of samples whose two channels, one from each scale, show the same class."""
    shown = (x.mean((2, 3)) / 100).round()
    return (shown[:, 0] == shown[:, 1]).double().mean().item()


with torch.no_grad():
    without, _ = model.sample(count)
    given, _ = model.sample(count, torch.randint(classes, (count,)))
print(f"sample({count}):    the scales of {100 * agreeing(without):.1f} % of samples have one class")
print(f"sample({count}, y): the scales of {100 * agreeing(given):.1f} % of samples have one class")
sys.exit(0 if agreeing(without) < 0.2 and agreeing(given) == 1 else 1)
PYTHON
"$folder/venv/bin/python" classes.py
