"""Fits by normflows and Pyro."""
import torch

from targets import TARGETS


def summary(weights):
    return float(weights.mean()), float(weights.std() / len(weights) ** 0.5)


def normflows(target, flow, s):
    import normflows as nf

    dim, log_density = TARGETS[target]

    class Target:
        def log_prob(self, z):
            return log_density(torch, z)

    flows = []
    for layer in range(s.layers):
        if flow == "realnvp":
            half = dim // 2
            flows.append(nf.flows.AffineCouplingBlock(nf.nets.MLP([dim - half, s.hidden, 2 * half], init_zeros=True)))
            flows.append(nf.flows.Permute(dim, mode="swap"))
        else:
            flows.append(nf.flows.MaskedAffineAutoregressive(dim, s.hidden, num_blocks=1))
    model = nf.NormalizingFlow(nf.distributions.DiagGaussian(dim, trainable=False), flows, Target())
    optimiser = torch.optim.Adam(model.parameters(), lr=s.lr)
    for _ in range(s.steps):
        optimiser.zero_grad()
        model.reverse_kld(s.batch).backward()
        optimiser.step()
    with torch.no_grad():
        z, log_q = model.sample(s.samples)
        return summary(log_density(torch, z) - log_q)


def pyro_flow(target, flow, s):
    import pyro
    import pyro.distributions as dist
    import pyro.distributions.transforms as T
    from functools import partial
    from pyro.infer import SVI, Trace_ELBO
    from pyro.infer.autoguide import AutoNormalizingFlow

    dim, log_density = TARGETS[target]
    pyro.clear_param_store()

    def model():
        z = pyro.sample("z", dist.Normal(torch.zeros(dim), 1.0).mask(False).to_event(1))
        pyro.factor("target", log_density(torch, z.reshape(-1, dim)).reshape(z.shape[:-1]))

    make = {
        "iaf": partial(T.affine_autoregressive, hidden_dims=[s.hidden]),
        "realnvp": partial(T.affine_coupling, hidden_dims=[s.hidden]),
    }[flow]
    guide = AutoNormalizingFlow(model, partial(T.iterated, s.layers, make))
    svi = SVI(model, guide, pyro.optim.Adam({"lr": s.lr}), Trace_ELBO(num_particles=s.batch, vectorize_particles=True))
    for _ in range(s.steps):
        svi.step()
    with torch.no_grad():
        posterior = guide.get_posterior()
        z = posterior.rsample((s.samples,))
        return summary(log_density(torch, z) - posterior.log_prob(z))


FITS = {"normflows": normflows, "pyro": pyro_flow}
