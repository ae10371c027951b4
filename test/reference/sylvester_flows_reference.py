"""Writes sylvester-flows.json: state dicts of the posteriors of github.com/riannevdberg/sylvester-flows (32dde9b), in its own names, and the
results of its code for some features h and noise eps.

Run with torch 2.15.0 from PyPI and a checkout of that repository: python sylvester_flows_reference.py <checkout>
The heads are given to the repository's own `encode`, the parameters to its own flows. Its iteration for Q does not run under this torch; in its
place stands its limit, the orthogonal factor of the polar decomposition, by a singular value decomposition.
"""

import json
import os
import sys
import types
import warnings

import torch
from torch import nn

sys.path.insert(0, sys.argv[1])
from models import VAE, flows  # noqa: E402

warnings.filterwarnings("ignore")
torch.set_default_dtype(torch.float64)
torch.manual_seed(11)
D, C, K, M, H, B = 4, 5, 3, 2, 2, 4
WIDTHS = {"iaf": 8, "iaf, narrow": 2}  # of the autoregressive networks


def drawn(*shape, scale=1.0):
    return (scale * torch.randn(*shape)).float().double()  # numbers of float32, so that nothing is rounded on the way


def linear(size):
    head = nn.Linear(C, size)
    head.weight.data, head.bias.data = drawn(size, C, scale=0.6), drawn(size, scale=0.6)
    return head


def stand_in(width, **heads):
    """The attributes that `encode` of the repository's classes reads, with features in place of images."""
    ones = torch.ones(width, width)
    module = nn.Module()
    module.q_z_mean = linear(D)
    module.q_z_var = nn.Sequential(linear(D), nn.Softplus())
    for name, head in heads.items():
        setattr(module, name, head)
    settings = dict(q_z_nn=lambda h: h, q_z_nn_output_dim=C, num_flows=K, z_size=D, num_ortho_vecs=width, num_householder=H)
    settings.update(triu_mask=torch.triu(ones, diagonal=1)[None, :, :, None], diag_idx=torch.arange(width), _eye=torch.eye(width)[None])
    for name, value in settings.items():
        object.__setattr__(module, name, value)
    return module


def sylvester_heads(width, q_size):
    tanh = lambda: nn.Sequential(linear(K * width), nn.Tanh())  # noqa: E731
    heads = dict(amor_d=linear(K * width * width), amor_diag1=tanh(), amor_diag2=tanh(), amor_b=linear(K * width))
    return dict(heads, amor_q=linear(K * q_size)) if q_size else heads


def polar(q):
    u, _, vh = torch.linalg.svd(q.reshape(B, K, D, M), full_matrices=False)
    return (u @ vh).transpose(0, 1)


def run(kind, h, eps):
    if kind == "planar":
        model = stand_in(D, amor_u=linear(K * D), amor_w=linear(K * D), amor_b=linear(K))
        mean, var, u, w, b = VAE.PlanarVAE.encode(model, h)
        step = lambda k, z: flows.Planar()(z, u[:, k], w[:, k], b[:, k])  # noqa: E731
    elif kind == "triangular":
        model = stand_in(D, **sylvester_heads(D, 0))
        mean, var, r1, r2, b = VAE.TriangularSylvesterVAE.encode(model, h)
        flip = torch.arange(D - 1, -1, -1)
        step = lambda k, z: flows.TriangularSylvester(D)(z, r1[..., k], r2[..., k], b[..., k], flip if k % 2 else None)  # noqa: E731
    elif kind in WIDTHS:
        model = stand_in(D, h_context=linear(WIDTHS[kind]), flow=flows.IAF(D, K, num_hidden=1, h_size=WIDTHS[kind]))
        scale = 0.6 if WIDTHS[kind] > D else 1.5  # of narrow networks each number has to show
        for parameter in model.flow.param_list:
            parameter.data = drawn(*parameter.shape, scale=scale)
        for layer in (each for row in model.flow.flows for part in row for each in part.modules() if hasattr(each, "mask")):
            layer.mask = layer.mask.double()
        mean, var, context = VAE.IAFVAE.encode(model, h)
    else:
        width, q_size, source = (M, D * M, VAE.OrthogonalSylvesterVAE) if kind == "orthogonal" else (D, D * H, VAE.HouseholderSylvesterVAE)
        model = stand_in(width, **sylvester_heads(width, q_size))
        mean, var, r1, r2, q, b = source.encode(model, h)
        basis = polar(q) if kind == "orthogonal" else source.batch_construct_orthogonal(model, q)
        step = lambda k, z: flows.Sylvester(width)(z, r1[..., k], r2[..., k], basis[k], b[..., k])  # noqa: E731
    z = mean + var.sqrt() * eps
    base = torch.distributions.Normal(mean, var.sqrt()).log_prob(z).sum(1)
    log_det = torch.zeros(B)
    if kind in WIDTHS:
        z, log_det = model.flow(z, context)
    else:
        for k in range(K):
            z, term = step(k, z)
            log_det = log_det + term
    return model, z, base - log_det, log_det


written = []
for kind in ["planar", "orthogonal", "householder", "triangular", *WIDTHS]:
    h, eps = drawn(B, C), drawn(B, D)
    model, z, log_q, log_det = run(kind, h, eps)
    tensors = {key: {"shape": list(value.shape), "values": value.flatten().tolist()} for key, value in model.state_dict().items() if not key.endswith("flip_idx")}
    numbers = {"h": h, "eps": eps, "z": z, "logQ": log_q, "logDet": log_det}
    written.append({"kind": kind.split(",")[0], "state": tensors, **{key: value.detach().tolist() for key, value in numbers.items()}})

madeBy = "sylvester_flows_reference.py with riannevdberg/sylvester-flows 32dde9b, torch " + torch.__version__.split("+")[0]
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "sylvester-flows.json"), "w") as file:
    json.dump({"madeBy": madeBy, "latent": D, "contextWidth": C, "layers": K, "cases": written}, file, indent=2)
    file.write("\n")
