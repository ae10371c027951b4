#!/bin/sh
# normflows 1.7.3: transforms.Shift, the preprocessing of MultiscaleFlow for pictures from 0 to 1, subtracts its shift from the caller's tensor. Asked three
# times for the log-density of the same tensor, a model gives three numbers, and the data have moved: an evaluation of several models on one test set
# compares them on different data. A clone of the batch for each call avoids it.
# Needs python3 (3.11 to 3.13) and the network. Exits with 0 while the library behaves as written here.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet normflows==1.7.3 torch==2.15.0 numpy==2.4.6
cd "$folder"
cat >shift.py <<'PYTHON'
import sys

import normflows as nf
import torch

base = nf.distributions.GlowBase((1, 2, 2))
model = nf.MultiscaleFlow([base], [[]], [], transform=nf.transforms.Shift(), class_cond=False)
x = torch.full((1, 1, 2, 2), 0.5)
with torch.no_grad():
    cloned = [model.log_prob(x.clone(), None).item() for _ in range(3)]
    same = [model.log_prob(x, None).item() for _ in range(3)]
print("a clone for each call:", [round(value, 3) for value in cloned])
print("the same tensor:      ", [round(value, 3) for value in same], "and the data are now", x.unique().tolist())
sys.exit(0 if len(set(cloned)) == 1 and len(set(same)) == 3 and x.max() < 0.5 else 1)
PYTHON
"$folder/venv/bin/python" shift.py
