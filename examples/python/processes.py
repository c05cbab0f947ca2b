"""Latent linear dynamical systems and linear recurrent networks (arXiv:2110.09804).

    LDS   x_{t+1} = A x_t + w_t,  y_t = C x_t + v_t,   w ~ N(0, Q), v ~ N(0, R)
    RNN   y_{t+1} = J y_t + eps_t,                     eps ~ N(0, P)

Every covariance may be singular, and none is inverted. A covariance is held as a
factor, X X^T, which keeps all digits where X X^T keeps half of them, and a Gaussian
vector as rows E of what it reads of white noise z: y = E z, x = F z. Conditioning
on y then is a projection: with E = U s W^T the noise is W^T z = s^-1 U^T y along W,
and free beside it. Units are scaled to unit variance before anything is called zero.
"""

import numpy as np

import rankproof as rp
from networks import square_root, symmetric
from rankproof import covariance, matrix

EPS = np.finfo(float).eps
ZERO = 1e-10  # a standard deviation relative to the prior's that is none


def deviations(*factors):
    """Standard deviations of the sum of independent parts; 1 where there are none."""
    sd = np.sqrt(sum((f * f).sum(axis=1) for f in factors))
    return np.where(sd > 0, sd, 1)


def compressed(x):
    """A factor of x x^T with no more columns than rows."""
    if x.shape[1] <= x.shape[0]:
        return x
    return np.linalg.qr(x.T, mode="r").T


def stationary_factor(A, root):
    """X with V = X X^T = A V A^T + root root^T, by doubling: V_2k = V_k + A^k V_k A^kT."""
    def still(x):
        """A row that is rounding of what cancels in it is 0."""
        rows = np.linalg.norm(x, axis=1)
        x[rows <= 16 * EPS * (np.abs(A) @ rows + np.linalg.norm(root, axis=1))] = 0
        return x

    x, power = compressed(root), A
    for _ in range(42):  # 2**42 steps: a radius of 1 to rounding stays
        if not np.any(power):
            return still(x)
        x, power = compressed(np.hstack([x, power @ x])), power @ power
        size = np.abs(power).max(initial=0)
        if not size < 1e100:
            break
        if size < 1e-40:
            return still(x)
    radius = np.abs(np.linalg.eigvals(A)).max(initial=0)
    raise rp.Unstable(f"spectral radius {radius:.12g}: there is no stationary law")


class System:
    """An LDS as arrays and factors: of Q, R, and of the covariance of x_1."""

    def __init__(self, A, C, Q, R, initial=None):
        self.K = len(A)
        self.N = len(C) or np.size(R.get("diag")) if isinstance(R, dict) else len(R)
        self.A, self.C = matrix(A, self.K, self.K), matrix(C, self.N, self.K)
        self.Q, self.R = covariance(Q, self.K), covariance(R, self.N)
        self.root_q, self.root_r = square_root(self.Q), square_root(self.R)
        self.stationary = initial is None
        if self.stationary:
            self.mean, self.x = np.zeros(self.K), stationary_factor(self.A, self.root_q)
        else:
            self.mean = np.reshape(initial["mean"], self.K)
            self.x = square_root(covariance(initial["cov"], self.K))

    def unit(self):
        """Standard deviations of y_1."""
        return deviations(self.C @ self.x, self.root_r)

    def after(self, x):
        """The factor of A x + w."""
        return compressed(np.hstack([self.A @ x, self.root_q]))


def network_matrices(J=None, M=None, N=None, P=None, initial=None):
    """J and P of an RNN, whichever way it is given."""
    noise = P
    if J is not None:
        units = len(J)
    else:
        units = len(M) or (np.size(noise.get("diag")) if isinstance(noise, dict) else len(noise))
    if J is None:
        J = M @ N.T if np.size(M) else np.zeros((units, units))
    J = np.zeros((units, units)) if np.size(J) == 0 else J
    return matrix(J, units, units), covariance(noise, units), initial


def as_system(lds=None, rnn=None):
    """An LDS with the law of what is given. All units of a network are latents, x_t = y_t."""
    if lds is not None:
        return System(**lds)
    J, P, initial = network_matrices(**rnn)
    if initial is not None:  # the law of y_0, a step before the first observation
        cov = J @ covariance(initial["cov"], len(J)) @ J.T + P
        initial = {"mean": J @ np.reshape(initial["mean"], len(J)), "cov": cov}
    return System(J, np.eye(len(J)), P, np.zeros_like(P), initial)


class Given:
    """The noise z after y = E z was seen, rows of E scaled by the deviations of y."""

    def __init__(self, E, scale, zero=ZERO):
        u, s, wt = np.linalg.svd(E / scale[:, None], full_matrices=False)
        rank = int(np.sum(s > zero))
        self.scale, self.rank = scale, rank
        self.u, self.s, self.w, self.beside = u[:, :rank], s[:rank], wt[:rank].T, u[:, rank:]

    def noise(self, y):
        """E[z | y]."""
        return self.w @ ((self.u.T @ (y / self.scale)) / self.s)

    def gain(self, F):
        """Cov(F z, y) Cov(y)^+."""
        return ((F @ self.w) / self.s) @ self.u.T / self.scale

    def rest(self, F):
        """The factor of Cov(F z | y)."""
        return F - (F @ self.w) @ self.w.T

    def log_density(self, y):
        """ln N(y; 0, E E^T)."""
        if self.rank < len(self.scale):
            raise rp.Singular("the observed numbers have no joint density")
        z = (self.u.T @ (y / self.scale)) / self.s
        return -0.5 * (z @ z + len(y) * np.log(2 * np.pi)) - np.log(self.s).sum() - np.log(self.scale).sum()

    def excludes(self, y, size):
        """Whether y, a sum of terms of this size, is out of the range of E."""
        left = self.beside.T @ (y / self.scale)
        return np.any(np.abs(left) > 4 * np.sqrt(EPS) * (1 + np.max(size / self.scale, initial=0)))


# ---- laws --------------------------------------------------------------------


@rp.operation
def autocovariance(lags, lds=None, rnn=None):
    """Lambda_k = Cov(y_{t+k}, y_t): C V C^T + R, then C A^k V C^T."""
    s = as_system(lds, rnn)
    if not s.stationary:
        raise rp.Invalid("an initial law is given: autocovariances are those of a stationary process")
    if lags < 0:
        raise rp.Invalid(f"lags is {lags}")
    read = s.C @ s.x
    out, carried = [read @ read.T + s.R], s.x
    for _ in range(int(lags)):
        carried = s.A @ carried
        out.append(s.C @ carried @ read.T)
    return {"lambda": np.array(out)}


def matched(s, x):
    """J, P and the factor of Cov(x | y): the Markov step with the law of (y, y+), x a factor of Cov x."""
    E, F = np.hstack([s.C @ x, s.root_r]), np.hstack([x, np.zeros((s.K, s.N))])
    given = Given(E, deviations(E))
    post = given.rest(F)
    ahead = s.C @ s.A
    noise = np.hstack([ahead @ post, s.C @ s.root_q, s.root_r])
    return ahead @ given.gain(F), noise @ noise.T, post


@rp.operation
def rnn_from_lds(lds):
    """The first-order match J = Lambda_1 Lambda_0^+, P = Lambda_0 - J Lambda_0 J^T."""
    s = System(**lds)
    if not s.stationary:
        raise rp.Invalid("an initial law is given: the match is that of a stationary process")
    J, P, post = matched(s, s.x)
    verdict = markov(s)
    return {"rnn": {"J": J, "P": symmetric(P)}, "exact": verdict is True, "undecided": True if verdict is None else None,
            "posterior": post @ post.T}


def white(s, times):
    """Rows of y_1 ... y_times in the noise (x_1, w_1, ..., v_1, ...), and of x_1."""
    K, N = s.K, s.N
    columns = s.x.shape[1] + (times - 1) * K + times * N
    x = np.hstack([s.x, np.zeros((K, columns - s.x.shape[1]))])
    start, rows = x, []
    for t in range(times):
        y = s.C @ x
        at = s.x.shape[1] + (times - 1) * K + t * N
        y[:, at:at + N] += s.root_r
        rows.append(y)
        if t + 1 < times:
            x = s.A @ x
            at = s.x.shape[1] + t * K
            x[:, at:at + K] += s.root_q
    return rows, start


def amplification(A):
    """|sum A^k A^kT|: what an error of Q makes of V."""
    x = stationary_factor(A, np.eye(len(A)))
    return np.linalg.norm(x) ** 2


def markov(s):
    """Whether Cov(y_{t+1}, y_{t-k} | y_t) = 0 for k = 1 ... K; None where rounding hides it."""
    unit = s.unit()
    scale = deviations(s.x)
    A = s.A / scale[:, None] * scale
    rounding = 8 * EPS * (s.K + s.N) * max(1, amplification(A)) if s.K else 0
    worst = 0.0
    for k in range(1, s.K + 1):
        rows, _ = white(s, k + 2)
        given = Given(rows[k], unit)
        worst = max(worst, np.abs(given.rest(rows[k + 1] / unit[:, None]) @ given.rest(rows[0] / unit[:, None]).T).max())
        rounding = max(rounding, 8 * EPS * (s.K + s.N) / given.s.min(initial=1) ** 2)
    if worst <= rounding:
        return True
    return False if worst >= 64 * rounding else None


def information(a, b, given):
    """I(a; b | given) in nats, of rows of white noise scaled to unit variance; infinite where it is."""
    def basis(rows):
        u, s, wt = np.linalg.svd(given.rest(rows), full_matrices=False)
        return wt[s > ZERO].T

    left, right = basis(a), basis(b)
    if not left.shape[1] or not right.shape[1]:
        return 0.0
    if left.shape[1] > right.shape[1]:
        left, right = right, left
    # exp(-I) is the product of the sines of the angles between the two spaces
    sines = np.linalg.svd(left - right @ (right.T @ left), compute_uv=False)
    cosines = np.sort(np.linalg.svd(right.T @ left, compute_uv=False))
    sines = np.sort(sines)[::-1]
    if sines.min() < 1e-9:
        return np.inf
    small = cosines[:len(sines)] < 0.5  # the better conditioned of the two
    return float(-np.where(small, np.log1p(-np.minimum(cosines[:len(sines)], 0.5) ** 2) / 2, np.log(sines)).sum())


def sufficient(lds):
    """K numbers a step in place of N: what y says of x, where its noise is independent, C^T R^-1 y in other units."""
    C, R = lds["C"], lds["R"]
    if not isinstance(R, dict) or "factor" in R or len(C) <= len(lds["A"]) or np.min(R.get("diag", R.get("iso"))) <= 0:
        return lds
    sd = np.sqrt(R["diag"] if "diag" in R else np.full(len(C), R["iso"]))
    small = np.linalg.qr(C / sd[:, None], mode="r")
    return {**lds, "C": small, "R": np.eye(len(small))} if len(small) else lds


def nats(value):
    return {"infinite": True} if np.isinf(value) else {"nats": value}


@rp.operation
def markov_gap(lds):
    """I(y_{t+1}; y_{t-1} | y_t)."""
    s = System(**sufficient(lds))
    if not s.stationary:
        raise rp.Invalid("an initial law is given: the gap is that of a stationary process")
    unit = s.unit()
    past, now, future = (rows / unit[:, None] for rows in white(s, 3)[0])
    return nats(information(future, past, Given(now, np.ones(s.N))))


@rp.operation
def markov_loss(lds, order):
    """What y_{t+1} is told by the past before the last `order` observations, given these.

    That past is worth the state estimated from it, N(0, V - Sigma_inf) around 0, the
    state being N(0, Sigma_inf) around the estimate.
    """
    s, order = System(**sufficient(lds)), int(order)
    if not s.stationary:
        raise rp.Invalid("an initial law is given: the loss is that of a stationary process")
    unit = s.unit()
    known, unknown = settled(s)
    root = square_root(known)
    s.x = np.hstack([root, square_root(unknown)])
    rows, start = white(s, order + 1)
    rows = [r / unit[:, None] for r in rows]
    estimate = np.hstack([root, np.zeros((s.K, start.shape[1] - root.shape[1]))])
    estimate = estimate / deviations(s.x)[:, None]
    window = np.vstack(rows[:-1]) if order else np.zeros((0, start.shape[1]))
    return nats(information(rows[-1], estimate, Given(window, np.ones(len(window)))))


# ---- filters -----------------------------------------------------------------


def kalman(s, y):
    """The square-root filter. Yields what each step knows; y is T x N, NaN where nothing was seen."""
    mean, x, prior = s.mean, s.x, s.x
    unit = s.unit()
    for t, row in enumerate(y):
        if t:
            mean, x, prior = s.A @ mean, s.after(x), s.after(prior)
            unit = deviations(s.C @ prior, s.root_r)
        seen = ~np.isnan(row)
        E = np.hstack([s.C @ x, s.root_r])[seen]
        F = np.hstack([x, np.zeros((s.K, s.N))])
        given = Given(E, unit[seen])
        innovation = row[seen] - s.C[seen] @ mean
        predicted = (mean, x)
        mean, x = mean + F @ given.noise(innovation), compressed(given.rest(F))
        yield predicted, (mean, x), given, innovation, np.abs(row[seen]) + np.abs(s.C[seen]) @ np.abs(predicted[0])


@rp.operation
def log_likelihood(y, lds=None, rnn=None):
    s = as_system(lds, rnn)
    y = matrix(y, len(y), s.N)
    return {"value": sum(given.log_density(e) for _, _, given, e, _ in kalman(s, y) if len(e))}


@rp.operation
def estimate(lds, y):
    """Predictor, filter, and the smoother of Rauch, Tung and Striebel."""
    s = System(**lds)
    y = matrix(y, len(y), s.N)
    predicted, filtered = [], []
    for before, after, given, innovation, size in kalman(s, y):
        if given.excludes(innovation, size):
            raise rp.Invalid("the law excludes these data")
        predicted.append(before)
        filtered.append(after)
    smoothed = [filtered[-1]]
    for mean, x in reversed(filtered[:-1]):
        E = np.hstack([s.A @ x, s.root_q])
        F = np.hstack([x, np.zeros((s.K, s.K))])
        given = Given(E, deviations(E))
        gain = given.gain(F)
        ahead, root = smoothed[-1]
        smoothed.append((mean + gain @ (ahead - s.A @ mean), compressed(np.hstack([given.rest(F), gain @ root]))))
    smoothed.reverse()
    out = {}
    for name, laws in (("predicted", predicted), ("filtered", filtered), ("smoothed", smoothed)):
        out[name + "_mean"] = [m for m, _ in laws]
        out[name + "_cov"] = [x @ x.T for _, x in laws]
    return out


def settled(s):
    """V - Sigma and Sigma, what the filter from V comes to.

    Pi = V - Sigma obeys Pi+ = A Pi A^T + (B - A Pi C^T)(Lambda_0 - C Pi C^T)^-1 (...)^T, B = A V C^T, from
    Pi = 0 on. Steps are doubled as long as innovations have an inverse, and then taken one by one.
    """
    V = s.x @ s.x.T
    E = np.hstack([s.C @ s.x, s.root_r])
    given = Given(E, deviations(E))
    C = (given.u.T @ (s.C / given.scale[:, None])) / given.s[:, None]  # of white observations
    B = s.A @ V @ C.T
    E, G, H = s.A - B @ C, -C.T @ C, B @ B.T
    one, steps = np.eye(s.K), 8
    for doublings in range(60 if s.K else 0):
        inner = one + H @ G
        if not np.all(np.isfinite(inner)) or np.linalg.cond(inner) > 1e10:
            steps = 5000 if doublings <= 10 else 8
            break
        step = np.linalg.solve(inner, np.hstack([E, H @ E.T]))
        more = E @ step[:, s.K:]
        E, G, H = E @ step[:, :s.K], symmetric(G + E.T @ G @ step[:, :s.K]), symmetric(H + more)
        if np.abs(more).max(initial=0) <= EPS * np.abs(H).max(initial=0):
            break
    sigma = square_root(V - H)
    last = np.inf
    for _ in range(steps):
        E, F = np.hstack([s.C @ sigma, s.root_r]), np.hstack([sigma, np.zeros((s.K, s.N))])
        ahead = s.after(Given(E, given.scale).rest(F))
        change = np.abs(ahead @ ahead.T - sigma @ sigma.T).max(initial=0)
        sigma = ahead
        if change <= 4 * EPS * np.abs(V).max(initial=0) or change >= last and change < 1e-9 * np.abs(V).max():
            break
        last = change
    unknown = sigma @ sigma.T
    return symmetric(V - unknown), unknown


@rp.operation
def steady_state(lds):
    s = System(**lds)
    if not s.stationary:
        raise rp.Invalid("an initial law is given: the steady state is reached from the stationary one")
    _, unknown = settled(s)
    sigma = square_root(unknown)
    E, F = np.hstack([s.C @ sigma, s.root_r]), np.hstack([sigma, np.zeros((s.K, s.N))])
    given = Given(E, s.unit(), zero=1e-9)
    gain, post = given.gain(F), given.rest(F)
    closed = s.A - s.A @ gain @ s.C
    radius = np.abs(np.linalg.eigvals(closed)).max(initial=0)
    return {"predictor_cov": unknown, "filter_cov": post @ post.T, "predictor_gain": s.A @ gain, "filter_gain": gain,
            "innovation": symmetric(s.C @ unknown @ s.C.T + s.R), "radius": radius, "stabilizing": bool(radius < 1 - 4 * EPS**0.25)}


@rp.operation
def match_steps(lds, steps):
    """J_t = Cov(y_{t+1}, y_t) Cov(y_t)^+, P_t, and the means of y_t and y_{t+1}, t = 1 ... steps."""
    s = System(**lds)
    out, x, mean = [], s.x, s.mean
    for _ in range(int(steps)):
        J, P, _ = matched(s, x)
        after = s.A @ mean
        out.append({"J": J, "P": symmetric(P), "mean": s.C @ mean, "next": s.C @ after})
        x, mean = s.after(x), after
    return {"steps": out}


# ---- from networks to latent systems -------------------------------------------


def span(a, cut):
    """An orthonormal basis of the columns, of which those below cut are rounding."""
    u, s, _ = np.linalg.svd(a, full_matrices=False)
    return u[:, s > cut]


def converted(rnn):
    """The LDS of a network, its noises independent: eps = eta + v, eta what J feeds back of it, J v = 0.

    x_t = y_t - v_{t-1} lies in range [J, P J^T], K-dimensional with basis U: A = U^+ J U, C = U,
    Q = U^+ Cov(eta) U^+T, R = Cov(v). A stationary network may be taken for Lambda_1 Lambda_0^+ in place of J.
    """
    J, P, initial = network_matrices(**rnn)
    root = square_root(P)
    if initial is None:
        x = stationary_factor(J, root)
        unit = deviations(x)
        reached = span(x / unit[:, None], ZERO)
    else:
        start = square_root(covariance(initial["cov"], len(J)))
        unit = deviations(root, J @ start)
        reached = np.eye(len(J))
    J, root = J / unit[:, None] * unit, root / unit[:, None]
    cut, size = 1e-11 * np.linalg.norm(J, 2), np.linalg.norm(root, 2)
    J = J @ reached @ reached.T
    u, s, vt = np.linalg.svd(J)
    rank = int(np.sum(s > cut))
    w, strength, _ = np.linalg.svd(root.T @ vt[:rank].T)
    fed = int(np.sum(strength > ZERO * size))
    eta, v = root @ w[:, :fed], root @ w[:, fed:]
    U = span(np.hstack([u[:, :rank], eta / (size or 1)]), ZERO)
    U[np.abs(U).max(axis=1, initial=0) < 1e-13] = 0  # what no latent moves is not moved by rounding either
    drive, v = U.T @ eta, unit[:, None] * v
    lds = {"A": U.T @ J @ U, "C": unit[:, None] * U, "Q": drive @ drive.T, "R": v @ v.T}
    if initial is not None:
        first = U.T @ J @ (start / unit[:, None])
        lds["initial"] = {"mean": U.T @ J @ (np.reshape(initial["mean"], len(J)) / unit),
                          "cov": first @ first.T + drive @ drive.T}
    return lds


@rp.operation
def lds_from_rnn(rnn):
    lds = converted(rnn)
    return {"lds": lds, "dimension": len(lds["A"])}


@rp.operation
def observe(rnn, units):
    """The same latents, read by some units."""
    lds, units = converted(rnn), np.asarray(units, int)
    lds["C"], lds["R"] = lds["C"][units], lds["R"][np.ix_(units, units)]
    return {"lds": lds}


def krylov(A, start, cut):
    """An orthonormal basis of the smallest space that holds start, but for cut, and that A maps to itself."""
    basis = fresh = span(start, cut)
    while fresh.shape[1] and basis.shape[1] < len(A):
        off = A @ fresh
        for _ in range(2):
            off = off - basis @ (basis.T @ off)
        fresh = span(off, cut)
        basis = np.hstack([basis, fresh])
    return basis


@rp.operation
def hankel_rank(lds=None, rnn=None, tolerance=0):
    """The rank of (Lambda_{i+j-1}): how much of what y reaches, y shows."""
    s = as_system(lds, rnn)
    unit, scale, cut = s.unit(), deviations(s.x), tolerance or ZERO
    A = s.A / scale[:, None] * scale
    C = s.C / unit[:, None] * scale
    x = s.x / scale[:, None]
    A = A / (np.linalg.norm(A) or 1)
    seen = span((C @ x).T, cut)  # in what noise y varies: Lambda_1 = C (A x) (C x)^T
    reached = krylov(A, A @ x @ seen, cut)
    shown = krylov(A.T, C.T, cut)
    return {"rank": int(np.sum(np.linalg.svd(shown.T @ reached, compute_uv=False) > cut)) if s.K else 0}


# ---- other coordinates -----------------------------------------------------------


def turned(T, cov):
    """T cov T^T from a factor: a covariance whatever is rounded."""
    root = T @ square_root(cov)
    return root @ root.T


@rp.operation
def change(orthogonal, order, factor, lds=None, rnn=None, latents=None):
    """Latents L x, and units factor (O y), taken in an order."""
    T = factor * np.asarray(orthogonal)[np.asarray(order, int)]
    if rnn is not None:
        J, P, initial = network_matrices(**rnn)
        inverse = np.linalg.inv(T)
        out = {"J": T @ J @ inverse, "P": turned(T, P)}
        if initial is not None:
            out["initial"] = {"mean": T @ np.reshape(initial["mean"], len(J)),
                              "cov": turned(T, covariance(initial["cov"], len(J)))}
        return {"rnn": out}
    s = System(**{**lds, "initial": lds.get("initial") or {"mean": np.zeros(len(lds["A"])), "cov": np.zeros((len(lds["A"]),) * 2)}})
    L = np.eye(s.K) if latents is None or not np.size(latents) else latents
    inverse = np.linalg.inv(L)
    out = {"A": L @ s.A @ inverse, "C": T @ s.C @ inverse, "Q": turned(L, s.Q), "R": turned(T, s.R)}
    if "initial" in lds:
        out["initial"] = {"mean": L @ s.mean, "cov": turned(L, covariance(lds["initial"]["cov"], s.K))}
    return {"lds": out}
