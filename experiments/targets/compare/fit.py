"""`python fit.py <library> <target> <flow> ...`: fits a flow to a target; prints one JSON object."""
import argparse
import json
import os
import time

parser = argparse.ArgumentParser()
parser.add_argument("library")
parser.add_argument("target")
parser.add_argument("flow")
for name, kind in dict(layers=int, hidden=int, steps=int, batch=int, lr=float, samples=int, seed=int).items():
    parser.add_argument(f"--{name}", type=kind, required=True)
s = parser.parse_args()

os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
os.sched_setaffinity(0, {sorted(os.sched_getaffinity(0))[0]})
start = time.perf_counter()
if s.library in ("normflows", "pyro"):
    import torch

    torch.set_num_threads(1)
    torch.manual_seed(s.seed)
    from torch_fits import FITS
else:
    from jax_fits import FITS
imported = time.perf_counter()
elbo, error = FITS[s.library](s.target, s.flow, s)
end = time.perf_counter()
print(json.dumps({"elbo": elbo, "elboError": error, "seconds": end - imported, "importSeconds": imported - start}))
