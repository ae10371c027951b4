"""Reference numbers of the target densities: log densities at points, log Z, means and standard deviations.

Written from the definitions in float64, without flowvae: closed forms, and quadrature by the trapezoidal rule on smooth
integrands that decay at both ends, where it converges faster than any power of the step. Every quadrature is done
twice, the second time with fewer points over a wider range; the largest difference is printed.

    python -m venv venv && venv/bin/pip install numpy==2.4.6 scipy==1.17.1
    venv/bin/python test/reference/targets.py > test/reference/targets.json
"""

import json
import sys

import numpy as np
from scipy.special import log_ndtr
from scipy.stats import halfcauchy, halfnorm, invgamma, multivariate_normal, norm

LOG_2PI = np.log(2 * np.pi)


def moments(means, stds):
    return {name: {"mean": float(means[name]), "std": float(stds[name])} for name in means}


def weighted(log_weights, columns, log_cell):
    """log of the sum of weights times the cell, and weighted means and stds."""
    largest = log_weights.max()
    weights = np.exp(log_weights - largest)
    total = weights.sum()
    means = {name: (weights * x).sum() / total for name, x in columns.items()}
    stds = {name: np.sqrt((weights * (x - means[name]) ** 2).sum() / total) for name, x in columns.items()}
    return float(largest + np.log(total) + log_cell), moments(means, stds)


def compared(name, fine, coarse):
    """The finer of two quadratures; their largest difference goes to stderr, in units of the std for moments."""
    (log_z, found), (log_z2, found2) = fine, coarse
    worst = max(
        max(abs(m["mean"] - found2[c]["mean"]), abs(m["std"] - found2[c]["std"])) / m["std"] for c, m in found.items()
    )
    print(f"{name}: log Z {log_z!r}, two quadratures differ by {abs(log_z - log_z2):.1e}, moments {worst:.1e}",
          file=sys.stderr)
    return log_z, found


# energies of Rezende & Mohamed 2015, table 1; z1 of U2 to U4 between -4 and 4
def w1(z1):
    return np.sin(2 * np.pi * z1 / 4)


def w2(z1):
    return 3 * np.exp(-0.5 * ((z1 - 1) / 0.6) ** 2)


def w3(z1):
    return 3 / (1 + np.exp(-(z1 - 1) / 0.3))


def bell(x, s):
    return -0.5 * (x / s) ** 2


def u1(z1, z2):
    return bell(np.hypot(z1, z2) - 2, 0.4) + np.logaddexp(bell(z1 - 2, 0.6), bell(z1 + 2, 0.6))


ENERGIES = {
    "U2": lambda z1, z2: bell(z2 - w1(z1), 0.4),
    "U3": lambda z1, z2: np.logaddexp(bell(z2 - w1(z1), 0.35), bell(z2 - w1(z1) + w2(z1), 0.35)),
    "U4": lambda z1, z2: np.logaddexp(bell(z2 - w1(z1), 0.4), bell(z2 - w1(z1) + w3(z1), 0.35)),
}


def plane(density, reach, step):
    axis = np.arange(-reach, reach + step / 2, step)
    z1, z2 = np.meshgrid(axis, axis, indexing="ij")
    return weighted(density(z1, z2), {"z[0]": z1, "z[1]": z2}, 2 * np.log(step))


def strip(density, count, step):
    """z1 between -4 and 4 by Gauss-Legendre: its ends are no decay; z2 by the trapezoidal rule."""
    nodes, weights = np.polynomial.legendre.leggauss(count)
    z2 = np.arange(-9, 9 + step / 2, step)
    z1, z2 = np.meshgrid(4 * nodes, z2, indexing="ij")
    log_weights = density(z1, z2) + np.log(4 * weights)[:, None]
    return weighted(log_weights, {"z1": z1, "z2": z2}, np.log(step))


# banana of Haario et al. 1999
def banana(x1, x2, b=0.03):
    return norm.logpdf(x1, 0, 10) + norm.logpdf(x2 + b * x1**2 - 100 * b, 0, 1)


# funnel of Neal 2003
def funnel(v, x):
    return norm.logpdf(v, 0, 3) + norm.logpdf(x, 0, np.exp(v / 2)).sum()


# eight normals of std 0.3 on a circle of radius 3
def eight_gaussians(z):
    angles = 2 * np.pi * np.arange(8) / 8
    logs = [norm.logpdf(z[0], 3 * np.cos(a), 0.3) + norm.logpdf(z[1], 3 * np.sin(a), 0.3) for a in angles]
    return np.logaddexp.reduce(logs) - np.log(8)


# ring of radius 2 and width 0.25
def ring(z1, z2):
    return bell(np.hypot(z1, z2) - 2, 0.25)


def ring_by_radius(step, reach):
    r = np.arange(step / 2, reach, step)
    weights = 2 * np.pi * r * np.exp(bell(r - 2, 0.25))
    std = np.sqrt((weights * r**2).sum() / weights.sum() / 2)
    both = {"mean": 0.0, "std": float(std)}
    return float(np.log(weights.sum() * step)), {"z[0]": both, "z[1]": both}


# normal of 50 dimensions, correlation 0.9^|i - j|
I50 = np.arange(50)
MEAN50 = np.sin(I50)
STD50 = 0.5 * 4 ** (I50 / 49)
COV50 = 0.9 ** np.abs(I50[:, None] - I50[None, :]) * STD50[:, None] * STD50[None, :]

# eight schools, Rubin 1981
Y = np.array([28.0, 8, -3, 7, -1, 1, 18, 12])
SIGMA = np.array([15.0, 10, 16, 11, 9, 11, 10, 18])


def schools(mu, tau, theta):
    prior = norm.logpdf(mu, 0, 5) + halfcauchy.logpdf(tau, 0, 5) + norm.logpdf(theta, mu, tau).sum()
    return prior + norm.logpdf(Y, theta, SIGMA).sum()


def schools_non_centred(mu, tau, eta):
    prior = norm.logpdf(mu, 0, 5) + halfcauchy.logpdf(tau, 0, 5) + norm.logpdf(eta, 0, 1).sum()
    return prior + norm.logpdf(Y, mu + tau * eta, SIGMA).sum()


def schools_by_tau(count, reach, centred):
    """Given tau everything is normal; so one quadrature, over log tau."""
    log_tau = np.linspace(-reach, reach, count)
    tau = np.exp(log_tau)[:, None]
    v = SIGMA**2 + tau**2
    precision = 1 / 25 + (1 / v).sum(1)
    mu = (Y / v).sum(1) / precision
    var_mu = 1 / precision
    evidence = norm.logpdf(Y, mu[:, None], np.sqrt(v)).sum(1) + norm.logpdf(mu, 0, 5) - norm.logpdf(0, 0, np.sqrt(var_mu))
    log_weights = evidence + halfcauchy.logpdf(tau[:, 0], 0, 5) + log_tau
    if centred:
        pull = tau**2 / v
        local_mean, slope, local_var = mu[:, None] + pull * (Y - mu[:, None]), 1 - pull, pull * SIGMA**2
    else:
        pull = tau / v
        local_mean, slope, local_var = pull * (Y - mu[:, None]), -pull, SIGMA**2 / v
    weights = np.exp(log_weights - log_weights.max())
    weights /= weights.sum()
    name = "theta" if centred else "eta"

    def total(mean, var):
        first = (weights * mean).sum()
        return first, np.sqrt((weights * (var + (mean - first) ** 2)).sum())

    found = {"mu": total(mu, var_mu), "tau": total(tau[:, 0], np.zeros(count))}
    for j in range(8):
        found[f"{name}[{j}]"] = total(local_mean[:, j], local_var[:, j] + slope[:, j] ** 2 * var_mu)
    log_z = log_weights.max() + np.log(np.exp(log_weights - log_weights.max()).sum() * (log_tau[1] - log_tau[0]))
    return float(log_z), {c: {"mean": float(m), "std": float(s)} for c, (m, s) in found.items()}


# logistic regression: O-rings of the space shuttle
TEMPERATURE = np.array([66, 70, 69, 68, 67, 72, 73, 70, 57, 63, 70, 78, 67, 53, 67, 75, 70, 81, 76, 79, 75, 76, 58.0])
PRESSURE = np.array([50] * 6 + [100] * 2 + [200] * 15, float)
DISTRESS = np.array([0, 1, 0, 0, 0, 0, 0, 0, 1, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 0, 1.0])
X = np.stack([np.ones(23)] + [(c - c.mean()) / c.std() for c in (TEMPERATURE, PRESSURE)], 1)
PRIOR = np.array([10, 2.5, 2.5])


def logistic(coefficients):
    """[n, 3] -> [n]"""
    logits = coefficients @ X.T
    likelihood = (DISTRESS * logits - np.logaddexp(0, logits)).sum(1)
    return likelihood + norm.logpdf(coefficients, 0, PRIOR).sum(1)


def logistic_mode():
    beta = np.zeros(3)
    for _ in range(50):
        p = 1 / (1 + np.exp(-X @ beta))
        hessian = X.T @ (X * (p * (1 - p))[:, None]) + np.diag(1 / PRIOR**2)
        beta = beta + np.linalg.solve(hessian, X.T @ (DISTRESS - p) - beta / PRIOR**2)
    return beta, np.linalg.cholesky(np.linalg.inv(hessian))


def logistic_by_grid(count, reach):
    mode, scale = logistic_mode()
    axis = np.linspace(-reach, reach, count)
    step = axis[1] - axis[0]
    logs, points = [], []
    for first in axis:  # in slices, for memory
        b, c = np.meshgrid(axis, axis, indexing="ij")
        at = mode + np.stack([np.full(b.size, first), b.ravel(), c.ravel()], 1) @ scale.T
        logs.append(logistic(at))
        points.append(at)
    logs, points = np.concatenate(logs), np.concatenate(points)
    columns = {"alpha": points[:, 0], "beta[0]": points[:, 1], "beta[1]": points[:, 2]}
    return weighted(logs, columns, 3 * np.log(step) + np.log(np.diag(scale)).sum())


# Gaussian process regression
GP_X = np.linspace(-4.75, 4.75, 20)
GP_Y = np.array([-0.26, 0.21, 0.71, 0.62, 0.90, 0.53, 0.02, -0.38, -0.81, -1.04,
                 -0.83, -0.78, -0.31, 0.13, 0.49, 0.87, 1.07, 0.85, 0.71, 0.12])
NUGGET = 1e-5


def gp_prior(amplitude, length, noise):
    return halfnorm.logpdf(amplitude) + invgamma.logpdf(length, 5, scale=5) + halfnorm.logpdf(noise)


def gp(amplitude, length, noise):
    distance = (GP_X[:, None] - GP_X[None, :]) / length
    kernel = amplitude**2 * (np.exp(-0.5 * distance**2) + NUGGET * np.eye(20)) + noise**2 * np.eye(20)
    return multivariate_normal.logpdf(GP_Y, np.zeros(20), kernel) + gp_prior(amplitude, length, noise)


def gp_by_grid(count, widening):
    """For one length scale, one eigendecomposition serves all amplitudes and noises; grids in the logarithms."""
    log_a = np.linspace(-3 - widening, 2 + widening, count)
    log_l = np.linspace(-2 - widening, 4 + widening, count)
    log_s = np.linspace(-6 - widening, 2 + widening, count)
    a, s = np.exp(log_a)[:, None], np.exp(log_s)[None, :]
    logs = np.empty((count, count, count))
    for i, length in enumerate(np.exp(log_l)):
        values, vectors = np.linalg.eigh(np.exp(-0.5 * ((GP_X[:, None] - GP_X[None, :]) / length) ** 2))
        projected = (vectors.T @ GP_Y) ** 2
        spectrum = (a**2)[..., None] * (np.maximum(values, 0) + NUGGET) + (s**2)[..., None]
        likelihood = -0.5 * (np.log(spectrum) + projected / spectrum).sum(-1) - 10 * LOG_2PI
        logs[i] = likelihood + gp_prior(a, length, s) + log_a[:, None] + log_l[i] + log_s[None, :]
    l, a, s = np.meshgrid(np.exp(log_l), np.exp(log_a), np.exp(log_s), indexing="ij")
    cell = sum(np.log(x[1] - x[0]) for x in (log_a, log_l, log_s))
    return weighted(logs, {"amplitude": a, "lengthScale": l, "noise": s}, cell)


def at(points, density):
    """Values by name, and the log density there."""
    return [{"values": {k: np.asarray(v).tolist() for k, v in p.items()}, "logDensity": float(density(**p))} for p in points]


def main():
    rng = np.random.default_rng(22)
    targets = {}

    def add(name, points, density, log_z, found):
        targets[name] = {"logZ": log_z, "moments": found, "points": at(points, density)}

    pairs = [[0.5, -1.25], [2.0, 0.25], [-3.0, 1.75]]
    named = [{"z": p} for p in pairs]
    halves = [{"z1": p[0], "z2": p[1]} for p in pairs]
    add("U1", named, lambda z: u1(*z), *compared("U1", plane(u1, 7, 0.01), plane(u1, 8, 0.017)))
    for name, density in ENERGIES.items():
        add(name, halves, density, *compared(name, strip(density, 400, 0.01), strip(density, 230, 0.017)))

    std2 = np.sqrt(1 + 2 * (0.03 * 100) ** 2)
    add("banana", [{"x1": 3.0, "x2": 1.5}, {"x1": -12.5, "x2": -2.0}, {"x1": 0.25, "x2": 4.0}], banana, 0.0,
        moments({"x1": 0, "x2": 0}, {"x1": 10, "x2": std2}))

    xs = [rng.normal(size=9).round(2) * s for s in (1, 0.25, 4)]
    add("funnel", [{"v": v, "x": x} for v, x in zip([0.5, -4.0, 3.5], xs)], funnel, 0.0,
        moments({"v": 0} | {f"x[{i}]": 0 for i in range(9)}, {"v": 3} | {f"x[{i}]": np.exp(9 / 4) for i in range(9)}))

    spread = np.sqrt(4.5 + 0.09)
    add("eight-gaussians", named, eight_gaussians, 0.0, moments({"z[0]": 0, "z[1]": 0}, {"z[0]": spread, "z[1]": spread}))
    add("ring", named, lambda z: ring(*z), *compared("ring", ring_by_radius(1e-4, 8), ring_by_radius(2.3e-4, 9)))

    points = [{"x": (MEAN50 + scale * STD50 * rng.normal(size=50)).round(2)} for scale in (0.3, 1, 2)]
    add("correlated-normal", points, lambda x: multivariate_normal.logpdf(x, MEAN50, COV50), 0.0,
        moments({f"x[{i}]": MEAN50[i] for i in I50}, {f"x[{i}]": STD50[i] for i in I50}))

    eta = [rng.normal(size=8).round(2) for _ in range(3)]
    hyper = [(4.25, 3.5), (-2.0, 0.25), (9.0, 20.0)]
    centred = [{"mu": m, "tau": t, "theta": (m + t * e).round(3)} for (m, t), e in zip(hyper, eta)]
    free = [{"mu": m, "tau": t, "eta": e} for (m, t), e in zip(hyper, eta)]
    add("eight-schools", centred, schools,
        *compared("eight schools", schools_by_tau(40001, 30, True), schools_by_tau(9001, 35, True)))
    add("eight-schools-non-centred", free, schools_non_centred,
        *compared("non-centred", schools_by_tau(40001, 30, False), schools_by_tau(9001, 35, False)))

    betas = [{"alpha": -1.25, "beta": [-1.5, 0.5]}, {"alpha": 2.0, "beta": [1.0, -2.5]}, {"alpha": -4.0, "beta": [-5.0, 3.0]}]
    add("logistic-regression", betas, lambda alpha, beta: logistic(np.array([[alpha, *beta]]))[0],
        *compared("logistic regression", logistic_by_grid(181, 15), logistic_by_grid(121, 18)))

    hypers = [(0.75, 1.5, 0.125), (2.0, 0.5, 0.5), (0.25, 4.0, 1.0)]
    add("gaussian-process", [{"amplitude": a, "lengthScale": l, "noise": s} for a, l, s in hypers],
        lambda amplitude, lengthScale, noise: gp(amplitude, lengthScale, noise),
        *compared("gaussian process", gp_by_grid(181, 1), gp_by_grid(121, 2)))

    json.dump(targets, sys.stdout, indent=1)
    print()


main()
