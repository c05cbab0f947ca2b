"""Rate networks, linearized before and after the nonlinearity (arXiv:2309.04030).

    activation form  tau dx/dt = -x + W phi(x) + b + B u
    activity form    tau dr/dt = -r + phi(W r + b + B u)

At a fixed point x, with D = diag phi'(x), their Jacobians are
M_x = (-1 + W D)/tau and M_r = (-1 + D W)/tau, and inputs enter as B/tau and
D B/tau. Left vectors are transposes, l^T M = lambda l^T, never conjugated.
"""

import numpy as np

import rankproof as rp
from nonlinearities import KINKS, PHI, lookup
from rankproof import as_complex

EPS = np.finfo(float).eps


class Network:
    """The network of an object of the protocol: {"W"} or {"M", "N", "scale"}, and so on."""

    def __init__(self, nonlinearity, W=None, M=None, N=None, scale=1.0, tau=1.0, b=None, B=None):
        self.phi = lookup(PHI, nonlinearity)
        self.kinks = KINKS.get(nonlinearity, ())
        self.low_rank = W is None
        if self.low_rank:
            if np.shape(M) != np.shape(N) or np.ndim(M) != 2:
                raise rp.Invalid(f"M is {np.shape(M)} and N is {np.shape(N)}, want one N x R")
            self.M, self.N, self.scale = scale * M, N, scale
        else:
            self.W = W
        self.units = len(M if self.low_rank else W)
        self.tau = np.broadcast_to(np.asarray(tau, float), self.units)
        if not np.all(self.tau > 0):
            raise rp.Invalid("a time constant is not positive")
        self.scalar_tau = bool(np.all(self.tau == self.tau[0]))
        self.b = np.zeros(self.units) if b is None else b
        self.B = np.zeros((self.units, 0)) if B is None else np.reshape(B, (self.units, -1))

    def connectivity(self):
        return self.M @ self.N.T if self.low_rank else self.W

    def apply(self, r):
        return self.M @ (self.N.T @ r) if self.low_rank else self.W @ r

    def apply_transpose(self, r):
        return self.N @ (self.M.T @ r) if self.low_rank else self.W.T @ r

    def drive(self, u=None):
        return self.b if u is None or not self.B.shape[1] else self.b + self.B @ u

    def slopes(self, x):
        if np.shape(x) != (self.units,):
            raise rp.Invalid(f"the state has the shape {np.shape(x)}, want {self.units} units")
        return self.phi(x)[1]

    def rate(self, form, state, drive):
        if form == "activation":
            return (-state + self.apply(self.phi(state)[0]) + drive) / self.tau
        if form == "activity":
            return (-state + self.phi(self.apply(state) + drive)[0]) / self.tau
        raise rp.Invalid(f"form is {form!r}")

    def jacobian(self, x):
        """M_x = (-1 + W D)/tau."""
        return (self.connectivity() * self.slopes(x) - np.eye(self.units)) / self.tau[:, None]


@rp.operation
def linearize(network, x, u=None):
    net = Network(**network)
    d, tau = net.slopes(x), net.tau[:, None]
    W, one = net.connectivity(), np.eye(net.units)
    return {"activation": {"matrix": (W * d - one) / tau, "input": net.B / tau},
            "activity": {"matrix": (d[:, None] * W - one) / tau, "input": d[:, None] * net.B / tau}}


@rp.operation
def to_activity(network, x):
    return {"r": Network(**network).phi(x)[0]}


@rp.operation
def to_activation(network, r, u=None):
    net = Network(**network)
    return {"x": net.apply(r) + net.drive(u)}


@rp.operation
def activity_field(network, r, u=None):
    net = Network(**network)
    return {"values": net.rate("activity", r, net.drive(u))}


# ---- spectra -------------------------------------------------------------


def small_problem(net, x):
    """The R x R overlap N^T D M, whose eigenvalues mu are those of W D that are not 0."""
    return net.N.T @ (net.slopes(x)[:, None] * net.M)


@rp.operation
def spectrum(network, x):
    """Eigenvalues of M_x. With low rank and one tau, R of them from R x R, the others -1/tau."""
    net = Network(**network)
    if net.low_rank and net.scalar_tau and net.M.shape[1] <= net.units:
        mu = np.linalg.eigvals(small_problem(net, x))
        tau = net.tau[0]
        trivial = [{"value": -1 / tau, "count": net.units - len(mu)}]
        return {"values": (mu - 1 + 0j) / tau, "trivial": trivial if len(mu) < net.units else []}
    return {"values": np.linalg.eigvals(net.jacobian(x)) + 0j, "trivial": []}


def inverse_iteration(a, z, start):
    """Vectors x of norm 1 (in columns) with (a - z) x = 0 to rounding, one for each z.

    One step does it: more would go on to eigenvectors of other eigenvalues, those that a has exactly.
    """
    one = np.eye(len(a))
    x = (start / np.linalg.norm(start, axis=0)).T
    for shift in (1 + 2j, 3 - 1j, 7 + 5j):  # multiples of rounding, so that nothing is exactly singular
        try:
            shifted = a - (z + shift * EPS * np.linalg.norm(a))[:, None, None] * one
            x = np.linalg.solve(shifted, x[..., None])[..., 0]
            return (x / np.linalg.norm(x, axis=1)[:, None]).T
        except np.linalg.LinAlgError:
            pass
    raise rp.Singular("inverse iteration meets a singular matrix at every shift")


def eigenpairs(a, error=0.0):
    """Eigenvalues z of a, right and left vectors v, l of norm 1, and how far each z may be off.

    That is the backward error of the solver, plus that of a itself, times the condition
    1/|l^T v| of the eigenvalue; and for no matrix of size n more than (2|a|)^(1-1/n) of its
    n-th root (Elsner 1985). LAPACK balances a, and what it returns for badly scaled a may not
    be an eigenvector to rounding: those are improved.
    """
    n, size = max(len(a), 1), np.linalg.norm(a)
    z, v = np.linalg.eig(a + 0j)
    if not size:
        return z, v, v, np.zeros(len(a))
    rough = np.linalg.norm(a @ v - z * v, axis=0) > 4 * n * EPS * size
    if np.any(rough):
        v[:, rough] = inverse_iteration(a, z[rough], v[:, rough])
    rng = np.random.default_rng(0)
    l = inverse_iteration(a.T, z, rng.normal(size=(n, n)) + 1j * rng.normal(size=(n, n)))
    backward = 10 * n * EPS * size + error
    most = (2 * size + backward) ** (1 - 1 / n) * backward ** (1 / n)
    overlap = np.maximum(np.abs(l.T @ v).max(axis=0), EPS)
    return z, v, l, np.minimum(most, backward / overlap)


@rp.operation
def euler_stability(network, x, dt):
    """The flow is stable iff Re lambda < 0, its Euler map iff |1 + dt lambda| < 1, for every lambda."""
    net = Network(**network)
    values, trivial = np.zeros(0), np.zeros(0)
    if net.low_rank and net.scalar_tau and net.M.shape[1] <= net.units:
        a, rate = small_problem(net, x), 1 / net.tau[0]
        sizes = np.abs(net.N).T @ (net.slopes(x)[:, None] * np.abs(net.M))
        mu, _, _, off = eigenpairs(a, (net.units + 8) * EPS * np.linalg.norm(sizes))
        values, off = (mu - 1) * rate, off * rate
        if len(mu) < net.units:
            trivial = np.array([-rate])
    elif net.scalar_tau:  # W D, of which a leak of -1 takes no digits
        mu, _, _, off = eigenpairs(net.connectivity() * net.slopes(x))
        values, off = (mu - 1) / net.tau[0], off / net.tau[0]
    else:
        values, _, _, off = eigenpairs(net.jacobian(x))
    values = np.concatenate([values, trivial])
    off = np.concatenate([off, EPS * np.abs(trivial)])
    radii = np.abs(1 + dt * values)
    off_radii = dt * off + 4 * EPS * (1 + dt * np.abs(values))
    return {"flow": verdict(values.real, off, 0), "map": verdict(radii, off_radii, 1),
            "abscissa": values.real.max(), "radius": radii.max()}


def verdict(values, off, boundary):
    if np.any(values - off > boundary):
        return "unstable"
    return "stable" if np.all(values + off < boundary) else "undecided"


def biorthonormal(l, w, z, off):
    """Combinations of the left vectors l with l_j^T w_k = 1 for j = k and 0 otherwise.

    Between eigenvalues z that are apart by more than their errors 0 is what they have, and only lengths are free:
    mixing these too would spoil short vectors by the rounding of long ones.
    """
    if not len(z):
        return l
    near = np.abs(z[:, None] - z) <= off[:, None] + off
    pairing = np.where(near | np.eye(len(z), dtype=bool), l.T @ w, 0)
    if not np.linalg.cond(pairing) * EPS * len(pairing) < 1:
        raise rp.Singular("no biorthonormal eigenbasis: the spectrum is defective")
    return np.linalg.solve(pairing, l.T).T


@rp.operation
def modes(network, x):
    """Modes with mu = 1 + tau lambda not 0, biorthonormal in both forms: w = D v, l_x = D l_r."""
    net = Network(**network)
    d = net.slopes(x)
    if net.low_rank and net.scalar_tau:
        sizes = np.abs(net.N).T @ (d[:, None] * np.abs(net.M))
        z, v, l, off = eigenpairs(small_problem(net, x), (net.units + 4) * EPS * np.linalg.norm(sizes))
        keep = np.abs(z) > off
        v, l_r = net.M @ v[:, keep], net.N @ l[:, keep]
    else:
        z, v, l, off = eigenpairs(net.connectivity() * d if net.scalar_tau else net.jacobian(x))
        # (lambda + 1/tau) l_r = W^T l_x / tau, with lambda + 1/tau = mu/tau for one tau
        leaks = np.zeros(1) if net.scalar_tau else -1 / net.tau
        rates = np.ones(1) if net.scalar_tau else 1 / net.tau
        keep = np.abs(z[:, None] - leaks).min(axis=1) > off + 2 * EPS * np.abs(leaks).max()
        v = v[:, keep]
        l_r = net.apply_transpose(rates[:, None] * l[:, keep]) / (z[keep] - leaks[:, None])
    v = v / np.linalg.norm(v, axis=0)
    w = d[:, None] * v
    l_r = biorthonormal(l_r / np.linalg.norm(d[:, None] * l_r, axis=0), w, z[keep], off[keep])
    values = (z - 1) / net.tau[0] if net.scalar_tau else z
    return {"eigenvalues": values[keep], "dropped": values[~keep],
            "activation": {"right": v, "left": d[:, None] * l_r}, "activity": {"right": w, "left": l_r}}


def through_slopes(net, x, vector):
    out = net.slopes(x) * vector
    if not np.any(out):
        raise rp.Singular("D v = 0: the mode has no image in the other form")
    return out


def shifts(net, lam):
    """lambda + 1/tau, which is mu/tau; 0 where there is no way back."""
    out = lam + 1 / net.tau
    if not np.all(out):
        raise rp.Singular("lambda is -1/tau of a unit, mu = 0: no way back")
    return out


@rp.operation
def carry_right(network, x, **params):
    """w = D v, and back v = W w/mu."""
    net, lam, vector = Network(**network), as_complex(params["lambda"]), as_complex(params["vector"])
    if params["from"] == "activation":
        return {"vector": through_slopes(net, x, vector)}
    return {"vector": net.apply(vector) / (shifts(net, lam) * net.tau)}


@rp.operation
def carry_left(network, x, **params):
    """l_x = D l_r, and back l_r = W^T l_x/mu."""
    net, lam, vector = Network(**network), as_complex(params["lambda"]), as_complex(params["vector"])
    if params["from"] == "activity":
        return {"vector": through_slopes(net, x, vector)}
    return {"vector": net.apply_transpose(vector / net.tau) / shifts(net, lam)}


@rp.operation
def context_change(network, first, second, channel):
    """The change of the gain l^T beta between two contexts, split in its two terms."""
    net = Network(**network)
    beta = net.B[:, int(channel)] / net.tau

    def split(form, slopes):
        l1, l2 = (as_complex(c[form + "_left"]) for c in (first, second))
        b1, b2 = (slopes(c["state"]) * beta for c in (first, second))
        return {"total": l2 @ b2 - l1 @ b1,
                "selection": (l2 - l1) @ ((b1 + b2) / 2),
                "input": ((l1 + l2) / 2) @ (b2 - b1)}

    return {"activation": split("activation", np.ones_like), "activity": split("activity", net.slopes)}


# ---- trajectories ----------------------------------------------------------


def step(method, rate, k, dt, state):
    """One step from time k dt of ds/dt = rate(k, s), k in steps."""
    k1 = rate(k, state)
    if method == "euler":
        return state + dt * k1
    if method != "rk4":
        raise rp.Invalid(f"method is {method!r}")
    k2 = rate(k + 0.5, state + dt / 2 * k1)
    k3 = rate(k + 0.5, state + dt / 2 * k2)
    k4 = rate(k + 1, state + dt * k3)
    return state + dt / 6 * (k1 + 2 * k2 + 2 * k3 + k4)


def trajectory(advance, state, steps):
    if steps < 0:
        raise rp.Invalid(f"steps is {steps}")
    states = [state]
    for k in range(int(steps)):
        states.append(advance(k, states[-1]))
    states = np.array(states)
    if not np.all(np.isfinite(states)):
        raise rp.Error("the state overflows")
    return states


@rp.operation
def simulate(network, x0, dt, steps, form, method):
    net = Network(**network)
    if not dt > 0:
        raise rp.Invalid(f"dt is {dt}")
    rate = lambda k, s: net.rate(form, s, net.b)
    return {"states": trajectory(lambda k, s: step(method, rate, k, dt, s), x0, steps)}


@rp.operation
def simulate_driven(network, start, steps, form, method, inputs, dt=None, leak=None, filtered=None, unfiltered=False):
    """Inputs u at times 0, dt/2, dt, ...; the activity form hears u filtered, tau du'/dt = -u' + u."""
    net = Network(**network)
    n, q = net.units, net.B.shape[1]
    inputs = np.reshape(inputs, (2 * int(steps) + 1, q))
    hears_filtered = form == "activity" and q > 0 and not unfiltered
    state = np.concatenate([start, inputs[0] if filtered is None else filtered]) if hears_filtered else start
    if hears_filtered and not net.scalar_tau and method != "leaky-map":
        raise rp.Invalid("tau differs between units: no filtered input makes the forms one system")

    def rate(k, s):
        u = inputs[int(round(2 * k))]
        if not hears_filtered:
            return net.rate(form, s, net.drive(u))
        return np.concatenate([net.rate(form, s[:n], net.drive(s[n:])), (u - s[n:]) / net.tau[0]])

    def leaky(k, s):
        u = inputs[int(round(2 * k))]
        if form == "activation":
            target = net.apply(net.phi(s)[0]) + net.drive(u)
        else:
            target = net.phi(net.apply(s[:n]) + net.drive(s[n:] if hears_filtered else u))[0]
            target = np.concatenate([target, u]) if hears_filtered else target
        return (1 - leak) * s + leak * target

    advance = leaky if method == "leaky-map" else lambda k, s: step(method, rate, k, dt, s)
    states = trajectory(advance, state, steps)
    return {"states": states[:, :n], "filtered": states[:, n:] if hears_filtered else None}


# ---- noise, without a leak -------------------------------------------------


@rp.operation
def linearize_noisy(network, form, x, noise, u=None):
    """x+ = W phi(x) + b + B u + noise, or r+ = phi(W r + b + B u) + noise, near its rest."""
    net = Network(**network)
    d = net.slopes(x)
    near = np.sqrt(EPS / 2) * (1 + np.abs(x))
    if any(np.any(np.abs(x - kink) <= near) for kink in net.kinks):
        raise rp.Invalid("a unit is on a kink of the nonlinearity: there is no linearization")
    if form == "activity":
        rest, left, right = net.phi(x)[0], d[:, None], 1
    else:
        rest, left, right = x, 1, d[:, None]
    if net.low_rank:
        rnn = {"M": left * net.M, "N": right * net.N}
    else:
        rnn = {"J": left * net.W * np.transpose(right)}
    return {"rnn": {**rnn, "P": noise}, "rest": rest}


@rp.operation
def pass_noise(network, noise):
    """W P W^T."""
    net = Network(**network)
    P = rp.covariance(noise, net.units)
    root = square_root(P)
    root = net.M @ (net.N.T @ root) if net.low_rank else net.W @ root
    return {"noise": root @ root.T}


def symmetric(a):
    return (a + a.T) / 2


def square_root(cov):
    """X with X X^T = cov, also where that is singular; graded variances lose nothing."""
    sd = np.sqrt(np.maximum(np.diag(cov), 0))
    unit = np.where(sd > 0, sd, 1)
    w, v = np.linalg.eigh(symmetric(cov / unit[:, None] / unit))
    w = np.where(w > len(w) * EPS * w.max(initial=0), w, 0)
    return sd[:, None] * v * np.sqrt(w)


@rp.operation
def simulate_noisy(network, form, start, steps, u=None, noise=None, shocks=None, seed=0):
    net = Network(**network)
    if shocks is None:
        rng = np.random.default_rng(int(seed))
        shocks = rng.standard_normal((int(steps), net.units)) @ square_root(rp.covariance(noise, net.units)).T
    shocks = np.reshape(shocks, (int(steps), net.units))
    drive = net.drive(u)

    def advance(t, s):
        if form == "activation":
            return net.apply(net.phi(s)[0]) + drive + shocks[t]
        return net.phi(net.apply(s) + drive)[0] + shocks[t]

    return {"states": trajectory(advance, start, steps)}
