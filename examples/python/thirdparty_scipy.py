"""What SciPy computes, under test: Lyapunov and Riccati equations, eigenvectors, singular values.

    verify gate -- python3 thirdparty_scipy.py
"""

import numpy as np
import scipy
from scipy import linalg

import rankproof as rp
from networks import Network
from processes import as_system

rp.OPERATIONS.clear()  # those of this example's own, of which readers of objects are used


@rp.operation
def autocovariance(lags, lds=None, rnn=None):
    s = arrays(lds, rnn)
    V = linalg.solve_discrete_lyapunov(s.A, s.Q) if s.K else s.Q
    out = [s.C @ V @ s.C.T + s.R]
    carried = V @ s.C.T
    for _ in range(int(lags)):
        carried = s.A @ carried
        out.append(s.C @ carried)
    return {"lambda": np.array(out)}


def arrays(lds, rnn=None):
    """The matrices of a system, of which nothing is computed here but whether it is stable."""
    s = as_system({**lds, "initial": nothing(lds)}) if lds else as_system(rnn={**rnn, "initial": nothing(rnn)})
    if np.any(np.abs(np.linalg.eigvals(s.A)) >= 1):
        raise rp.Unstable("an eigenvalue is on or outside the unit circle")
    return s


def nothing(o):
    n = len(o["A"]) if "A" in o else len(o.get("J", o.get("M", ())))
    return {"mean": np.zeros(n), "cov": np.zeros((n, n))}


@rp.operation
def steady_state(lds):
    """solve_discrete_are is of the control problem; the filter's is its dual."""
    s = arrays(lds)
    sigma = linalg.solve_discrete_are(s.A.T, s.C.T, s.Q, s.R)
    S = s.C @ sigma @ s.C.T + s.R
    gain = linalg.solve(S, s.C @ sigma).T
    radius = np.abs(np.linalg.eigvals(s.A - s.A @ gain @ s.C)).max()
    return {"predictor_cov": sigma, "filter_cov": sigma - gain @ S @ gain.T, "predictor_gain": s.A @ gain,
            "filter_gain": gain, "innovation": S, "radius": radius, "stabilizing": bool(radius < 1)}


@rp.operation
def modes(network, x):
    """Pairs of left and right vectors by scipy.linalg.eig, whose left ones are conjugated."""
    net = Network(**network)
    if not net.scalar_tau:
        raise rp.Unsupported("unit-wise time constants")
    d = net.slopes(x)
    A = net.connectivity() * d
    mu, left, right = linalg.eig(A + 0j, left=True)
    keep = np.abs(mu) > 1e-12 * np.linalg.norm(A)
    mu, v, l = mu[keep], right[:, keep], left[:, keep].conj()
    l_r = net.connectivity().T @ l / mu
    l_r = l_r / np.sum((d[:, None] * l_r) * v, axis=0)
    return {"eigenvalues": (mu - 1) / net.tau[0], "activation": {"right": v, "left": d[:, None] * l_r},
            "activity": {"right": d[:, None] * v, "left": l_r}}


@rp.operation
def truncate(W, rank):
    u, s, vt = linalg.svd(W)
    rank = int(rank)
    return {"M": u[:, :rank] * s[:rank], "N": vt[:rank].T, "error": s[rank] if rank < len(s) else 0.0}


if __name__ == "__main__":
    rp.run("scipy", scipy.__version__)
