"""Low-rank networks and their mean fields (arXiv:2007.02062), tau = 1.

    finite N    d kappa/dt = -kappa + (1/N) N^T phi(M kappa + I v)
    mean field  d kappa/dt = -kappa + sum_p alpha_p [a_n <phi> + (S_nm kappa + S_nI) <phi'>]

averages of each population at mu = a_m.kappa + a_I and the *variance*
Delta = kappa S_mm kappa + 2 kappa.S_mI + S_II. Fields take points in rows, many at once.
"""

import numpy as np

import rankproof as rp
from networks import EPS, Network, square_root, step, symmetric, trajectory
from nonlinearities import PHI, averages, lookup, square_averages

BOUNDED = ("tanh", "erf", "logistic", "hard-tanh")


class Mixture:
    """Populations of Gaussian loadings (m, n, I)."""

    def __init__(self, nonlinearity, populations):
        self.phi = nonlinearity
        self.weight = np.array([p["weight"] for p in populations], float)
        self.mean = np.array([p["mean"] for p in populations], float)
        self.cov = np.array([p["cov"] for p in populations], float)
        self.rank = R = (self.mean.shape[1] - 1) // 2
        if not np.isclose(self.weight.sum(), 1) or np.any(self.weight < 0):
            raise rp.Invalid(f"weights are {self.weight}, want shares of 1")
        for cov in self.cov:
            rp.covariance(cov, 2 * R + 1)
        m, n = slice(0, R), slice(R, 2 * R)
        self.am, self.an, self.aI = self.mean[:, m], self.mean[:, n], self.mean[:, -1]
        self.mm, self.nm, self.nn = self.cov[:, m, m], self.cov[:, n, m], self.cov[:, n, n]
        self.mI, self.nI, self.II = self.cov[:, m, -1], self.cov[:, n, -1], self.cov[:, -1, -1]

    def inputs(self, kappa):
        """mu, Delta and Cov(n, x) of the net inputs at each point and population."""
        mu = kappa @ self.am.T + self.aI
        spread = (self.mm @ kappa.T).transpose(2, 0, 1)  # S_mm kappa (points x P x R)
        delta = (spread * kappa[:, None]).sum(axis=2) + 2 * kappa @ self.mI.T + self.II
        c = (self.nm @ kappa.T).transpose(2, 0, 1) + self.nI
        return mu, np.maximum(delta, 0), c

    def averages(self, kappa):
        mu, delta, c = self.inputs(kappa)
        return averages(self.phi, mu, delta), mu, delta, c

    def field(self, kappa):
        return self.with_jacobian(kappa, False)

    def jacobian(self, kappa):
        return self.with_jacobian(kappa)[1]

    def with_jacobian(self, kappa, both=True):
        """F, and DF: d mu = a_m, d Delta = 2(S_mm kappa + S_mI), d/dDelta <f> = <f''>/2."""
        f, _, _, c = self.averages(kappa)
        slope = np.where(np.any(c != 0, axis=2), f[1], 0)  # without Cov(n, x) it need not exist
        value = (f[0] * self.weight) @ self.an + ((slope * self.weight)[:, None] @ c)[:, 0] - kappa
        if not both:
            return value
        d_delta = 2 * (np.einsum("prs,bs->bpr", self.mm, kappa) + self.mI)
        f = np.where(np.isnan(f), 0, f)
        d_value = f[1][..., None] * self.am + f[2][..., None] / 2 * np.where(d_delta, d_delta, 0)
        bend = np.where(np.any(d_delta != 0, axis=2), f[3], 0)[..., None] / 2 * d_delta
        d_slope = f[2][..., None] * self.am + bend
        d_slope = np.where(np.any(c != 0, axis=2)[..., None], d_slope, 0)
        J = np.einsum("p,pr,bps->brs", self.weight, self.an, d_value)
        J += np.einsum("p,bpr,bps->brs", self.weight, c, d_slope)
        J += np.einsum("p,bp,prs->brs", self.weight, f[1], self.nm)
        return value, J - np.eye(self.rank)

    def box(self):
        """|kappa_r| <= sum_p alpha_p E|n^r|, which traps the dynamics of a bounded phi."""
        sd = np.sqrt(np.maximum(np.diagonal(self.nn, axis1=1, axis2=2), 0))
        return self.weight @ (np.abs(self.an) + sd) + 1e-3


class Reduced:
    """A finite network by its loadings: x = M kappa + b, kappa = scale N^T phi(x)."""

    def __init__(self, M, N, nonlinearity, scale=1.0, b=None, **_):
        self.phi, self.M, self.N, self.scale = lookup(PHI, nonlinearity), M, N, scale
        self.b = np.zeros(len(M)) if b is None else b
        self.rank = M.shape[1]

    def field(self, kappa):
        r = self.phi(kappa @ self.M.T + self.b)[0]
        return self.scale * (r @ self.N) - kappa

    def jacobian(self, kappa):
        d = self.phi(kappa @ self.M.T + self.b)[1]
        return self.scale * np.einsum("ir,bi,is->brs", self.N, d, self.M) - np.eye(self.rank)

    def box(self):
        return abs(self.scale) * np.abs(self.N).sum(axis=0) + 1e-3


class Dense:
    """A network in its net inputs x."""

    def __init__(self, network):
        net = Network(**{**network, "tau": 1.0})
        self.phi, self.W, self.b, self.rank = net.phi, net.connectivity(), net.b, net.units

    def field(self, x):
        return self.phi(x)[0] @ self.W.T + self.b - x

    def jacobian(self, x):
        return self.W * self.phi(x)[1][:, None, :] - np.eye(self.rank)

    def box(self):
        return np.abs(self.W).sum(axis=1) + np.abs(self.b) + 1e-3


def field_of(mixture=None, network=None, latent=True):
    if mixture is not None:
        return Mixture(**mixture)
    if latent and "W" not in network:
        return Reduced(**network)
    return Dense(network)


# ---- fields --------------------------------------------------------------------


@rp.operation
def field(mixture=None, network=None, kappa=None, x=None, u=None):
    if x is not None:
        net = Network(**network)
        return {"values": net.rate("activation", x, net.drive(u))}
    f = field_of(mixture, network)
    return {"values": finite(f.field(rp.matrix(kappa, len(kappa), f.rank)))}


def finite(values):
    if not np.all(np.isfinite(values)):
        raise rp.Invalid("an average does not exist, or overflows: Delta = 0 on a kink?")
    return values


@rp.operation
def jacobian(kappa, mixture=None, network=None):
    f = field_of(mixture, network)
    return {"matrix": f.jacobian(kappa[None])[0]}


@rp.operation
def average(nonlinearity, order, mu, delta):
    if not delta >= 0:
        raise rp.Invalid(f"Delta is {delta}")
    return {"value": finite(averages(nonlinearity, mu, delta)[int(order)])}


@rp.operation
def gains(mixture, kappa):
    f, mu, delta, _ = Mixture(**mixture).averages(kappa[None])
    finite(f[:2])
    return {"populations": [{"mu": mu[0, p], "delta": delta[0, p], "value": f[0, 0, p], "slope": f[1, 0, p]}
                            for p in range(mu.shape[1])]}


@rp.operation
def field_variance(mixture, kappa, fixed_sizes):
    """N E|F_N - F|^2: tr Cov(n phi), of the whole mixture or within the populations."""
    m = Mixture(**mixture)
    f, mu, delta, c = m.averages(kappa[None])
    s = square_averages(m.phi, mu, delta)[:, 0]
    c = c[0]
    moves = np.any(c != 0, axis=1)  # where Cov(n, x) = 0 no derivative counts, nor need it exist
    first, second = np.where(moves, s[1], 0), np.where(moves, s[2], 0)
    square = ((m.an**2).sum(axis=1) + np.trace(m.nn, axis1=1, axis2=2)) * s[0]
    square = square + 2 * (m.an * c).sum(axis=1) * first + (c**2).sum(axis=1) * second
    mean = m.an * f[0, 0][:, None] + c * np.where(moves, f[1, 0], 0)[:, None]
    if fixed_sizes:
        value = m.weight @ (square - (mean**2).sum(axis=1))
    else:
        value = m.weight @ square - ((m.weight @ mean) ** 2).sum()
    return {"value": max(finite(value), 0)}


# ---- gauge, completion, sampling -------------------------------------------------


@rp.operation
def gauge(G, mixture=None, network=None):
    """M -> M G, N -> N G^-T, kappa -> G^-1 kappa: the same network."""
    inverse = np.linalg.inv(G)
    if network is not None:
        return {"network": {**network, "M": network["M"] @ G, "N": network["N"] @ inverse.T}}
    R = len(G)
    T = np.zeros((2 * R + 1, 2 * R + 1))
    T[:R, :R], T[R:-1, R:-1], T[-1, -1] = G.T, inverse, 1
    pops = [{"weight": p["weight"], "mean": T @ p["mean"], "cov": symmetric(T @ p["cov"] @ T.T)} for p in mixture["populations"]]
    return {"mixture": {"nonlinearity": mixture["nonlinearity"], "populations": pops}}


def regression(aa, na):
    """Y with Y X^T = Cov(n, a), X X^T = Cov(a): how n follows what a = (m, I) varies along."""
    sd = np.sqrt(np.maximum(np.diag(aa), 0))
    unit = np.where(sd > 0, sd, 1)
    w, v = np.linalg.eigh(symmetric(aa / unit[:, None] / unit))
    keep = w > 16 * len(w) * EPS * max(1, w.max(initial=0))
    target = na / unit
    rest = target - target @ v[:, keep] @ v[:, keep].T
    if np.abs(rest).max(initial=0) > 2.0**-19 * np.abs(target).max(initial=0):
        raise rp.Invalid("n covaries with what does not vary: no covariance of n completes this")
    return (target @ v[:, keep]) / np.sqrt(w[keep])


def completed(aa, na):
    """The covariance of (m, n, I) with the smallest Cov(n), S_na S_aa^+ S_an."""
    R = len(na)
    y = regression(aa, na)
    order = np.r_[:R, 2 * R, R:2 * R]  # a = (m, I) first
    cov = np.zeros((2 * R + 1, 2 * R + 1))
    cov[np.ix_(order, order)] = np.block([[aa, na.T], [na, y @ y.T]])
    return cov


@rp.operation
def complete(weight, mean_m, mean_n, mean_I, cov_mm, cov_nm, cov_mI, cov_nI, var_I):
    aa = rp.covariance(np.block([[cov_mm, cov_mI[:, None]], [cov_mI[None], np.array([[var_I]])]]), len(mean_m) + 1)
    return {"cov": completed(symmetric(aa), np.hstack([cov_nm, cov_nI[:, None]]))}


@rp.operation
def sample(mixture, units, sizes="drawn", given=None, completion="as_given", match_moments=False, seed=0):
    """A network of so many units: loadings M, N, I, and the population of each."""
    m, rng, units = Mixture(**mixture), np.random.default_rng(int(seed)), int(units)
    R, P = m.rank, len(m.weight)
    share = m.weight / m.weight.sum()
    if given is not None:
        count = np.asarray(given, int)
    elif sizes == "drawn":
        count = None
    else:  # alpha_p N, or the nearest numbers that add up to N
        want = share * units
        count = np.floor(want + 1e-9).astype(int)
        for p in np.argsort(count - want, kind="stable")[:units - count.sum()]:
            count[p] += 1
    labels = rng.choice(P, units, p=share) if count is None else np.repeat(np.arange(P), count)
    loadings = np.empty((units, 2 * R + 1))
    for p in range(P):
        cov = m.cov[p]
        if completion == "minimal":
            a = np.r_[:R, 2 * R]
            cov = completed(cov[np.ix_(a, a)], cov[R:2 * R][:, a])
        root = square_root(cov)
        root = root[:, np.any(root != 0, axis=0)]
        mine = np.flatnonzero(labels == p)
        z = rng.standard_normal((len(mine), root.shape[1]))
        if match_moments and len(mine) and root.shape[1]:
            if len(mine) <= root.shape[1]:
                raise rp.Invalid(f"{len(mine)} units cannot have moments of rank {root.shape[1]}")
            q, r = np.linalg.qr(np.hstack([np.ones((len(mine), 1)), z]))
            z = q[:, 1:] * np.sign(np.diag(r)[1:]) * np.sqrt(len(mine))
        loadings[mine] = m.mean[p] + z @ root.T
    return {"M": loadings[:, :R], "N": loadings[:, R:2 * R], "I": loadings[:, -1], "labels": labels}


# ---- trajectories ------------------------------------------------------------------


@rp.operation
def reduced_run(network, kappa, v, dt, steps, method, input=None, beside=None, signal=None):
    """kappa, v and the decay e^-t of what lies beside the loadings, in one Runge-Kutta tableau."""
    phi, M, N = lookup(PHI, network["nonlinearity"]), network["M"], network["N"]
    units, R = M.shape
    scale = network.get("scale", 1 / units)
    I = network.get("b", np.zeros(units)) if input is None else input
    beside = np.zeros(units) if beside is None or not np.size(beside) else beside

    def place(s):
        return M @ s[:R] + I * s[R] + beside * s[R + 1]

    def rate(k, s):
        u = 1.0 if signal is None or not np.size(signal) else signal[int(round(2 * k))]
        return np.concatenate([scale * (N.T @ phi(place(s))[0]) - s[:R], [u - s[R], -s[R + 1]]])

    start = np.concatenate([kappa, [v, 1.0]])
    states = trajectory(lambda k, s: step(method, rate, k, dt, s), start, steps)
    return {"states": np.array([place(s) for s in states])}


COLUMNS = np.array([2, 4, 6, 8, 10, 12])  # substeps of the midpoint rule


def extrapolated(f, y, h):
    """y(h) by the modified midpoint rule with 2, 4 ... 12 substeps, extrapolated to none; and its error."""
    table, f0 = [], f(y)
    for i, n in enumerate(COLUMNS):
        d = h / n
        before, now = y, y + d * f0
        for _ in range(n - 1):
            before, now = now, before + 2 * d * f(now)
        row = [(before + now + d * f(now)) / 2]
        for k in range(i):
            row.append(row[k] + (row[k] - table[-1][k]) / ((n / COLUMNS[i - k - 1]) ** 2 - 1))
        table.append(row)
    return table[-1][-1], np.abs(table[-1][-1] - table[-1][-2])


def flow(f, y, duration, h=0.5, rtol=1e-13, atol=1e-15, visit=None):
    """y(duration) of dy/dt = f(y), by Gragg, Bulirsch and Stoer; visit(t, y) after each step may end it."""
    t = 0.0
    while t < duration:
        h = min(h, duration - t)
        after, error = extrapolated(f, y, h)
        worst = np.max(error / (atol + rtol * np.maximum(np.abs(y), np.abs(after)).max()), initial=1e-12)
        if not worst <= 1 and h > 1e-12 * max(1, t):
            h *= 0.5 if not np.isfinite(worst) else max(0.1, 0.8 * worst ** (-1 / 11))
            continue
        t = duration if duration - t <= h * (1 + 1e-12) else t + h
        y = after
        if not np.all(np.isfinite(y)):
            raise rp.Error("the state overflows")
        if visit is not None and visit(t, y):
            break
        h *= min(4, 0.8 * worst ** (-1 / 11))
    return y


@rp.operation
def integrate(start, times, mixture=None, network=None):
    f = field_of(mixture, network)
    rate = lambda y: f.field(y[None])[0]
    states = [start]
    for before, after in zip(times, times[1:]):
        states.append(flow(rate, states[-1], after - before))
    return {"states": np.array(states)}


@rp.operation
def cycle(mixture, start, transient=30.0):
    """The periodic orbit that a trajectory comes to, by shooting; from farther along where it is not near yet."""
    m = Mixture(**mixture)
    point = np.asarray(start, float)
    for _ in range(3):
        point = flow(lambda y: m.field(y[None])[0], point, transient, rtol=1e-9, atol=1e-12)
        found = shot(m, point)
        if "point" in found:
            break
    return found


def shot(m, point):
    """The orbit near a point, by Newton's method on the return to a plane across it."""
    R = m.rank
    rate = lambda y: m.field(y[None])[0]
    direction = rate(point)
    if np.linalg.norm(direction) < 1e-7 * (1 + np.linalg.norm(point)):
        return {"none": True}  # at rest
    crossings, last, size = [], [0.0, point], [0.0]

    def visit(t, y):  # back through the plane across the orbit, the way it left
        size[0] = max(size[0], np.linalg.norm(y - point))
        before, now = (last[1] - point) @ direction, (y - point) @ direction
        if before < 0 <= now:
            part = before / (before - now)
            at = last[1] + part * (y - last[1])
            if np.linalg.norm(at - point) < 0.3 * size[0]:
                crossings.append(last[0] + part * (t - last[0]))
        last[:] = [t, y]
        return bool(crossings)

    flow(rate, point, 100.0, h=0.05, rtol=1e-9, atol=1e-12, visit=visit)
    if not crossings:
        return {"none": True}

    # Newton's method for flow(point, period) = point across the orbit, its derivative by differences, all in one batch
    span = 1e-6 * (1 + np.abs(point).max())
    many = lambda y: m.field(y.reshape(-1, R)).ravel()
    period, best, error = crossings[0], np.inf, 1.0
    for _ in range(20):
        rtol = min(1e-9, max(1e-13, error**2))
        bundle = np.vstack([point, point + span * np.eye(R), point - span * np.eye(R)])
        end = flow(many, bundle.ravel(), period, rtol=rtol, atol=rtol / 100).reshape(-1, R)
        D, miss = (end[1:R + 1] - end[R + 1:]).T / (2 * span), end[0] - point
        error = np.abs(miss).max() / size[0]
        if error >= best / 2 and error < 1e-10:
            break
        best = min(best, error)
        here, there = rate(point), rate(end[0])
        system = np.block([[D - np.eye(R), there[:, None]], [here[None], np.zeros((1, 1))]])
        move = np.linalg.solve(system, np.append(-miss, 0))
        point, period = point + move[:R], period + move[R]
        if not (0 < period < 200) or np.linalg.norm(rate(point)) < 1e-9:
            return {"none": True}
    if not error < 1e-8:
        return {"none": True}
    orbit = [point]
    for _ in range(31):
        orbit.append(flow(rate, orbit[-1], period / 32, h=period / 32))
    orbit = np.array(orbit)
    if R == 2:  # the mean of div F along the orbit
        def with_divergence(s):
            value, J = m.with_jacobian(s[None, :R])
            return np.append(value[0], np.trace(J[0]) / period)

        exponents = flow(with_divergence, np.append(point, 0.0), period)[R:] + 0j
    else:
        multipliers = np.linalg.eigvals(D) + 0j
        exponents = np.log(np.delete(multipliers, np.argmin(np.abs(multipliers - 1)))) / period
    return {"point": point, "period": period, "exponents": exponents, "stable": bool(np.all(exponents.real < 0)),
            "orbit": orbit}


# ---- fixed points --------------------------------------------------------------------


def starts(f, box, count, rng):
    """Points of the box, at several scales; of one dimension, a grid and where F changes its sign."""
    R = f.rank
    z = rng.uniform(-1, 1, (count, R)) * box * rng.choice([1, 1, 1, 0.3, 0.1, 0.01], (count, 1))
    if R > 1:
        return np.vstack([np.zeros((1, R)), z])
    grid = np.linspace(-1.001, 1.001, 4001)[:, None] * box
    grid = np.sort(np.vstack([grid, grid / 30, z, -z]), axis=0)
    values = f.field(grid)[:, 0]
    change = np.flatnonzero(np.signbit(values[:-1]) != np.signbit(values[1:]))
    lower, upper = grid[change], grid[change + 1]
    for _ in range(40):
        middle = (lower + upper) / 2
        same = np.signbit(f.field(middle)) == np.signbit(f.field(lower))
        lower, upper = np.where(same, middle, lower), np.where(same, upper, middle)
    return np.vstack([np.zeros((1, 1)), (lower + upper) / 2, grid[::200]])


def newton(f, z, box, steps=40):
    """Damped Newton iteration from many points at once; what is left of F is returned beside them."""
    done, left = [], []
    value = f.field(z)
    size = np.abs(value).max(axis=1)
    for _ in range(steps):
        J = f.jacobian(z)
        J[~np.isfinite(J).all(axis=(1, 2))] = -np.eye(f.rank)
        J[np.abs(np.linalg.det(J)) < 1e-200] -= 1e-8 * np.eye(f.rank)
        move = -np.linalg.solve(J, value[..., None])[..., 0]
        move = move / np.maximum(1, np.abs(move / box).max(axis=1, keepdims=True))
        better = np.zeros(len(z), bool)
        for t in (1, 0.5, 0.25, 0.05, 0.005):
            todo = np.flatnonzero(~better & (size > 0))
            if not len(todo):
                break
            trial = z[todo] + t * move[todo]
            v = f.field(trial)
            s = np.abs(v).max(axis=1)
            ok = s < size[todo]
            at = todo[ok]
            z[at], value[at], size[at], better[at] = trial[ok], v[ok], s[ok], True
        settled = ~better & (size < 1e-9 * (1 + np.abs(z).max(axis=1)))
        done.append(z[settled])
        left.append(size[settled])
        z, value, size = z[better], value[better], size[better]
        if not len(z):
            break
    return np.vstack(done + [z]), np.concatenate(left + [size])


def zeros(f, box, bounded, limit, seed=0):
    """The zeros that many starts lead to. For a bounded phi their indices add up to 1: until then it looks again."""
    rng = np.random.default_rng(seed)
    found, info = np.zeros((0, f.rank)), []
    count = 64 if f.rank < 3 else 128
    for attempt in range(7):
        begin = starts(f, box, count, rng)
        if len(found) and f.rank > 1:  # between those that are known lie others
            pairs = found[rng.integers(0, len(found), (64, 2))]
            begin = np.vstack([begin, pairs.mean(axis=1), -found, found + rng.normal(size=found.shape) * 0.01 * box])
        z, size = newton(f, begin, box)
        scale = np.abs(z).max(axis=1) + np.abs(f.field(z) + z).max(axis=1)
        z = z[size <= 1e-12 * scale + 1e-15 * np.abs(box).max()]  # terms as large as the box may cancel
        J = f.jacobian(z)
        for point, jac in zip(z, J):
            least = np.linalg.svd(jac, compute_uv=False)[-1] if np.all(np.isfinite(jac)) else 0
            apart = 1e-9 * (np.abs(point).max() + 1e-300) + 1e-11 * np.abs(box).max() * min(1e6, 1 / max(least, 1e-12))
            if len(found) and np.abs(found - point).max(axis=1).min() <= apart:
                continue
            index = int(np.sign(np.linalg.det(-jac))) if least > 3e-7 else 0
            found = np.vstack([found, point])
            info.append((index, jac, np.abs(f.field(point[None])).max()))
        degenerate = sum(i == 0 for i, _, _ in info)
        complete = degenerate or sum(i for i, _, _ in info) == 1
        if not bounded or degenerate > 8 or complete and (attempt or f.rank == 1):
            break
        count = min(2 * count, 1024)
    return found[:limit], info[:limit]


@rp.operation
def fixed_points(network=None, mixture=None, box=None, u=None, starts=0, seed=0, limit=0):
    f = field_of(mixture, network)
    phi = (mixture or network)["nonlinearity"]
    bounded = phi in BOUNDED
    half = f.box() if bounded else 8 * (1 + np.abs(f.field(np.zeros((1, f.rank))))[0])
    if box is not None and bounded is False:
        half = np.maximum(np.abs(box["lower"]), np.abs(box["upper"]))
    limit = int(limit) or 256
    points, info = zeros(f, half, bounded, limit, int(seed))
    if box is not None:
        inside = np.all((points >= box["lower"]) & (points <= box["upper"]), axis=1)
        points, info = points[inside], [i for i, yes in zip(info, inside) if yes]
    order = np.lexsort(points.T[::-1])
    return {"points": points[order], "residuals": [info[i][2] for i in order], "index": [info[i][0] for i in order],
            "eigenvalues": [np.linalg.eigvals(info[i][1]) + 0j for i in order]}


# ---- fits and truncation ---------------------------------------------------------------


@rp.operation
def fit(nonlinearity, features, points, targets, ridge, without_covariance=False):
    """Ridge regression of targets + kappa on <phi> and <phi'> L^T kappa, L L^T = S_mm.

    Coefficients are alpha a_n and alpha B with S_nm = B L^T: what m does not vary along n cannot follow.
    """
    if not ridge >= 0:
        raise rp.Invalid(f"ridge is {ridge}")
    P, R = len(features), len(features[0]["mean_m"])
    points = np.reshape(points, (-1, R))
    y = np.reshape(targets, (-1, R)) + points
    columns, roots = [], []
    for feature in features:
        mu = points @ feature["mean_m"] + feature["mean_I"]
        delta = np.einsum("kr,rs,ks->k", points, feature["cov_mm"], points) + feature["var_I"]
        f = averages(nonlinearity, mu, np.maximum(delta, 0))
        root = square_root(feature["cov_mm"])
        root = root[:, np.any(root != 0, axis=0)] if not without_covariance else np.zeros((R, 0))
        spread = points @ root
        slopes = np.where(np.any(spread != 0, axis=1), f[1], 0)
        columns += [f[0][:, None], slopes[:, None] * spread]
        roots.append(root)
    design = np.hstack(columns)
    stacked = np.vstack([finite(design), np.sqrt(ridge) * np.eye(design.shape[1])])
    c = np.linalg.lstsq(stacked, np.vstack([y, np.zeros((design.shape[1], R))]), rcond=None)[0]
    populations, at = [], 0
    for feature, root in zip(features, roots):
        a_n, B = P * c[at], P * c[at + 1:at + 1 + root.shape[1]].T
        at += 1 + root.shape[1]
        cov = np.zeros((2 * R + 1, 2 * R + 1))
        loadings = np.vstack([root, B])  # (m, n) = loadings z
        cov[:2 * R, :2 * R] = loadings @ loadings.T
        cov[:R, :R] = feature["cov_mm"]
        cov[-1, -1] = feature["var_I"]
        populations.append({"weight": 1 / P, "mean": np.concatenate([feature["mean_m"], a_n, [feature["mean_I"]]]), "cov": cov})
    left = design @ c - y
    return {"mixture": {"nonlinearity": nonlinearity, "populations": populations},
            "rms": np.sqrt((left**2).sum() / len(points)), "max": np.sqrt((left**2).sum(axis=1)).max(),
            "objective": (left**2).sum() + ridge * (c**2).sum()}


@rp.operation
def truncate(W, rank):
    """The nearest matrix of a rank, W_R = M N^T."""
    rank = int(rank)
    if W.shape[0] != W.shape[1] or not 0 <= rank <= len(W):
        raise rp.Invalid(f"rank is {rank}, W is {W.shape}, want a square W and a rank of it")
    u, s, vt = np.linalg.svd(W)
    return {"M": u[:, :rank] * s[:rank], "N": vt[:rank].T, "error": s[rank] if rank < len(s) else 0.0}
