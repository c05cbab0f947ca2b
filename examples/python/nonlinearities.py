"""Nonlinearities phi, their derivatives, and averages over a Gaussian input.

    <f>(mu, Delta) = E f(mu + sqrt(Delta) z),  z ~ N(0, 1);  Delta is a variance.

erf, relu, hard-tanh and identity have closed forms. The others do not, and
Gauss-Hermite quadrature fails for large Delta (the poles of tanh at i pi/2 come
too near), so the trapezoid rule is used: on z where Delta < 1, and on x where
Delta >= 1, for the part of f that is left when a function with a closed form and
the same tails is taken away. Both errors are below 1e-15: a trapezoid sum of step
h misses exp(-2 pi y / h), y the distance of the poles.
"""

import math

import numpy as np

from rankproof import Invalid

SQRT_PI_2 = math.sqrt(math.pi) / 2
_erf = np.frompyfunc(math.erf, 1, 1)
_erfc = np.frompyfunc(math.erfc, 1, 1)


def erf(x):
    return np.asarray(_erf(x), dtype=float)


def cdf(a):
    """P(z < a), accurate in the lower tail."""
    return np.asarray(_erfc(-np.asarray(a) / math.sqrt(2)), dtype=float) / 2


def pdf(a):
    return np.exp(-a * a / 2) / math.sqrt(2 * math.pi)


# ---- phi and its first three derivatives, stacked in the first axis -----


def sech2(x):
    """Not 1 - tanh(x)**2, which is 0 from |x| = 19 on."""
    e = np.exp(-2 * np.abs(x))
    return 4 * e / (1 + e) ** 2


def tanh(x):
    t, s = np.tanh(x), sech2(x)
    return np.stack([t, s, -2 * t * s, (4 * t * t - 2 * s) * s])


def logistic(x):
    e = np.exp(-np.abs(x))
    value = np.where(x < 0, e, 1) / (1 + e)
    slope = e / (1 + e) ** 2
    t = np.tanh(x / 2)
    return np.stack([value, slope, -slope * t, slope * (t * t - 2 * slope)])


def softplus(x):
    return np.concatenate([(np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x))))[None], logistic(x)[:3]])


def erf_type(x):
    """phi(x) = erf(sqrt(pi) x / 2), of slope 1 at 0."""
    slope = np.exp(-math.pi / 4 * x * x)
    return np.stack([erf(SQRT_PI_2 * x), slope, -math.pi / 2 * x * slope,
                     (math.pi**2 / 4 * x * x - math.pi / 2) * slope])


def relu(x):
    return np.stack([np.maximum(x, 0), np.where(x > 0, 1.0, 0.0), 0 * x, 0 * x])


def hard_tanh(x):
    return np.stack([np.clip(x, -1, 1), np.where(np.abs(x) < 1, 1.0, 0.0), 0 * x, 0 * x])


def identity(x):
    return np.stack([x, np.ones_like(x), 0 * x, 0 * x])


PHI = {"tanh": tanh, "logistic": logistic, "softplus": softplus, "erf": erf_type,
       "relu": relu, "hard-tanh": hard_tanh, "identity": identity}
KINKS = {"relu": (0.0,), "hard-tanh": (-1.0, 1.0)}


# ---- averages ------------------------------------------------------------

Z = np.arange(-9, 9.01, 0.2)
Z_WEIGHTS = 0.2 * pdf(Z)


def trapezoid_z(functions, mu, delta):
    """<f> for Delta < 1, f analytic within pi/2 of the line."""
    return functions(mu[..., None] + np.sqrt(delta)[..., None] * Z) @ Z_WEIGHTS


def trapezoid_x(values, x, mu, delta):
    """<f> for Delta >= 1, from the values of an f that vanishes beyond the grid."""
    root = np.sqrt(delta)[..., None]
    density = pdf((x - mu[..., None]) / root) / root
    return np.moveaxis(density @ (values.T * (x[1] - x[0])), -1, 0)


def by_width(narrow, wide, orders=4):
    """narrow where Delta < 1, wide elsewhere."""
    def average(mu, delta):
        small = delta < 1
        if small.all():
            return narrow(mu, delta)
        if not small.any():
            return wide(mu, delta)
        out = np.empty((orders,) + mu.shape)
        out[:, small] = narrow(mu[small], delta[small])
        out[:, ~small] = wide(mu[~small], delta[~small])
        return out
    return average


X = np.arange(-45, 45.01, 0.25)
X20 = np.arange(-20, 20.01, 0.2)
S2 = 8 / math.pi  # variance with which a smoothed step has the slope of the logistic function at 0


def erf_averages(mu, delta):
    v = 1 + math.pi / 2 * delta
    f = erf_type(mu / np.sqrt(v))
    return np.stack([f[k] / v ** (k / 2) for k in range(4)])


TANH_LESS_ERF = tanh(X20)
TANH_LESS_ERF[0] -= erf(SQRT_PI_2 * X20)


def tanh_wide(mu, delta):
    out = trapezoid_x(TANH_LESS_ERF, X20, mu, delta)
    out[0] += erf_averages(mu, delta)[0]
    return out


def tanh_and_slopes(x):
    """As tanh, by one exponential: to rounding of 1, which is enough in an average."""
    e = np.exp(-2 * np.abs(x))
    t, s = np.copysign((1 - e) / (1 + e), x), 4 * e / (1 + e) ** 2
    return np.stack([t, s, -2 * t * s, (4 * t * t - 2 * s) * s])


tanh_averages = by_width(lambda mu, delta: trapezoid_z(tanh_and_slopes, mu, delta), tanh_wide)


def logistic_averages(mu, delta):
    """logistic(x) = (1 + tanh(x/2)) / 2."""
    out = tanh_averages(mu / 2, delta / 4) / np.array([2, 4, 8, 16]).reshape((4,) + (1,) * mu.ndim)
    out[0] += 0.5
    return out


def relu_averages(mu, delta):
    root = np.sqrt(delta)
    a = mu / np.where(root > 0, root, 1)
    out = np.stack([mu * cdf(a) + root * pdf(a), cdf(a), pdf(a) / root, -a * pdf(a) / delta])
    return np.where(delta > 0, out, pointwise("relu", mu))


def hard_tanh_averages(mu, delta):
    root = np.sqrt(np.where(delta > 0, delta, 1))
    lower, upper = (-1 - mu) / root, (1 - mu) / root
    inside = np.where(mu > 0, cdf(upper) - cdf(lower), cdf(-lower) - cdf(-upper))
    out = np.stack([cdf(-upper) - cdf(lower) + mu * inside + root * (pdf(lower) - pdf(upper)), inside,
                    (pdf(lower) - pdf(upper)) / root, (lower * pdf(lower) - upper * pdf(upper)) / root**2])
    return np.where(delta > 0, out, pointwise("hard-tanh", mu))


def pointwise(name, mu):
    """Derivatives at Delta = 0, NaN on a kink, where there are none."""
    out = PHI[name](mu)
    for kink in KINKS.get(name, ()):
        out[1:, mu == kink] = np.nan
    return out


SMOOTH_RELU = relu_averages(X, np.full_like(X, S2))[0]
SOFTPLUS_LESS_RELU = (softplus(X)[0] - SMOOTH_RELU)[None]


def softplus_wide(mu, delta):
    value = trapezoid_x(SOFTPLUS_LESS_RELU, X, mu, delta) + relu_averages(mu, delta + S2)[:1]
    return np.concatenate([value, logistic_averages(mu, delta)[:3]])


softplus_averages = by_width(lambda mu, delta: trapezoid_z(softplus, mu, delta), softplus_wide)


def identity_averages(mu, delta):
    return identity(mu)


AVERAGES = {"tanh": tanh_averages, "logistic": logistic_averages, "softplus": softplus_averages,
            "erf": erf_averages, "relu": relu_averages, "hard-tanh": hard_tanh_averages, "identity": identity_averages}


# ---- averages of psi = phi^2 and its first two derivatives ---------------


def squares(phi):
    """psi, psi', psi'' at x, of a smooth phi."""
    def psi(x):
        f = phi(x)
        return np.stack([f[0] ** 2, 2 * f[0] * f[1], 2 * (f[1] ** 2 + f[0] * f[2])])
    return psi


def tanh_squares(mu, delta):
    """tanh^2 = 1 - tanh'."""
    f = tanh_averages(mu, delta)
    return np.stack([1 - f[1], -f[2], -f[3]])


def logistic_squares(mu, delta):
    """(1 + tanh)^2 / 4 = (2 + 2 tanh - tanh') / 4 at x/2."""
    f = tanh_averages(mu / 2, delta / 4)
    return np.stack([(2 + 2 * f[0] - f[1]) / 4, (2 * f[1] - f[2]) / 8, (2 * f[2] - f[3]) / 16])


ERF_SQUARES = squares(erf_type)(X20)
ERF_SQUARES[0] -= 1


def erf_squares_wide(mu, delta):
    out = trapezoid_x(ERF_SQUARES, X20, mu, delta)
    out[0] += 1
    return out


def smooth_square(mu, delta):
    """Averages of E relu(x + sqrt(S2) z)^2 - S2 P(z < x/sqrt(S2)), which has softplus' tails."""
    v = delta + S2
    root = np.sqrt(v)
    a = mu / root
    return np.stack([(mu * mu + v) * cdf(a) + mu * root * pdf(a) - S2 * cdf(a),
                     2 * (mu * cdf(a) + root * pdf(a)) - S2 * pdf(a) / root,
                     2 * cdf(a) + S2 * a * pdf(a) / v])


SOFTPLUS_SQUARES = squares(softplus)(X) - smooth_square(X, 0 * X)


def softplus_squares_wide(mu, delta):
    return trapezoid_x(SOFTPLUS_SQUARES, X, mu, delta) + smooth_square(mu, delta)


def relu_squares(mu, delta):
    root = np.sqrt(delta)
    a = mu / np.where(root > 0, root, 1)
    first = mu * cdf(a) + root * pdf(a)
    at_point = np.stack([np.maximum(mu, 0) ** 2, 2 * np.maximum(mu, 0), np.where(mu > 0, 2.0, 0.0)])
    return np.where(delta > 0, np.stack([mu * first + delta * cdf(a), 2 * first, 2 * cdf(a)]), at_point)


def hard_tanh_squares(mu, delta):
    """x^2 inside, 1 outside; psi'' has a point mass of -2 at each kink."""
    root = np.sqrt(np.where(delta > 0, delta, 1))
    lower, upper = (-1 - mu) / root, (1 - mu) / root
    inside = np.where(mu > 0, cdf(upper) - cdf(lower), cdf(-lower) - cdf(-upper))
    first = mu * inside + root * (pdf(lower) - pdf(upper))
    second = (mu * mu + delta) * inside + root * ((mu - 1) * pdf(lower) - (mu + 1) * pdf(upper))
    out = np.stack([second + cdf(lower) + cdf(-upper), 2 * first, 2 * inside - 2 * (pdf(lower) + pdf(upper)) / root])
    x = np.clip(mu, -1, 1)
    in_ = np.abs(mu) < 1
    return np.where(delta > 0, out, np.stack([x * x, np.where(in_, 2 * x, 0), np.where(in_, 2.0, 0.0)]))


def identity_squares(mu, delta):
    return np.stack([mu * mu + delta, 2 * mu, np.full_like(mu, 2.0)])


SQUARES = {"tanh": tanh_squares, "logistic": logistic_squares,
           "softplus": by_width(lambda mu, delta: trapezoid_z(squares(softplus), mu, delta), softplus_squares_wide, 3),
           "erf": by_width(lambda mu, delta: trapezoid_z(squares(erf_type), mu, delta), erf_squares_wide, 3),
           "relu": relu_squares, "hard-tanh": hard_tanh_squares, "identity": identity_squares}


def lookup(table, name):
    try:
        return table[name]
    except KeyError:
        raise Invalid(f"nonlinearity {name!r} is unknown; known: {sorted(table)}") from None


def averages(name, mu, delta):
    """<phi>, <phi'>, <phi''>, <phi'''> at arrays mu, Delta; NaN at a kink with Delta = 0."""
    mu, delta = np.broadcast_arrays(np.asarray(mu, float), np.asarray(delta, float))
    rule = lookup(AVERAGES, name)
    with np.errstate(all="ignore"):
        if not delta.any():
            return pointwise(name, np.atleast_1d(mu)).reshape((4,) + mu.shape)
        return rule(np.atleast_1d(mu), np.atleast_1d(delta)).reshape((4,) + mu.shape)


def square_averages(name, mu, delta):
    """E psi, E psi', E psi'' of psi = phi^2."""
    mu, delta = np.broadcast_arrays(np.asarray(mu, float), np.asarray(delta, float))
    with np.errstate(all="ignore"):
        return lookup(SQUARES, name)(np.atleast_1d(mu), np.atleast_1d(delta)).reshape((3,) + mu.shape)
