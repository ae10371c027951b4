"""Fits by flowjax and numpyro."""
import jax
import jax.numpy as jnp
import jax.random as jr

from targets import TARGETS


def flowjax(target, flow, s):
    import equinox as eqx
    import optax
    from flowjax.distributions import StandardNormal
    from flowjax.flows import coupling_flow, masked_autoregressive_flow
    from flowjax.train import fit_to_key_based_loss
    from flowjax.train.losses import ElboLoss

    dim, log_density = TARGETS[target]
    log_p = lambda z: log_density(jnp, z)
    base = StandardNormal((dim,))
    make = {"realnvp": coupling_flow, "iaf": masked_autoregressive_flow}[flow]
    guide = make(
        jr.key(s.seed), base_dist=base, flow_layers=s.layers, nn_width=s.hidden, nn_depth=1, invert=False
    )
    one = lambda z: log_density(jnp, z[None])[0]
    loss = ElboLoss(one, num_samples=s.batch, stick_the_landing=flow == "realnvp")
    guide, _ = fit_to_key_based_loss(
        jr.key(s.seed + 1), guide, loss_fn=loss, steps=s.steps, optimizer=optax.adam(s.lr), show_progress=False
    )
    draw = eqx.filter_jit(lambda key: guide.sample_and_log_prob(key, (s.samples,)))
    z, log_q = draw(jr.key(s.seed + 2))
    weights = log_p(z) - log_q
    return float(weights.mean()), float(weights.std() / s.samples ** 0.5)


def numpyro_guide(name, target, s):
    import numpyro
    from numpyro import distributions as dist
    from numpyro.infer import SVI, Trace_ELBO, autoguide, init_to_value

    dim, log_density = TARGETS[target]

    def model():
        z = numpyro.sample("z", dist.ImproperUniform(dist.constraints.real, (), (dim,)))
        numpyro.factor("target", log_density(jnp, z[None])[0])

    start = init_to_value(values={"z": jnp.zeros(dim)})
    guide = {
        "iaf": lambda: autoguide.AutoIAFNormal(
            model, num_flows=s.layers, hidden_dims=[s.hidden], init_loc_fn=start
        ),
        "bnaf": lambda: autoguide.AutoBNAFNormal(model, num_flows=1, hidden_factors=[8, 8], init_loc_fn=start),
    }[name]()
    svi = SVI(model, guide, numpyro.optim.Adam(s.lr), Trace_ELBO(num_particles=s.batch))
    result = svi.run(jr.key(s.seed), s.steps, progress_bar=False)
    post = guide.get_posterior(result.params)

    @jax.jit
    def weights(key):
        z, intermediates = post.sample_with_intermediates(key, (s.samples,))
        log_q = post.log_prob(z, intermediates)
        return log_density(jnp, z.reshape(s.samples, dim)) - log_q

    w = weights(jr.key(s.seed + 2))
    return float(w.mean()), float(w.std() / s.samples ** 0.5)


def numpyro_iaf(target, flow, s):
    return numpyro_guide("iaf", target, s)


def numpyro_bnaf(target, flow, s):
    return numpyro_guide("bnaf", target, s)


FITS = {"flowjax": flowjax, "numpyro-iaf": numpyro_iaf, "numpyro-bnaf": numpyro_bnaf}
