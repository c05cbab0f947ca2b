"""The Kalman filter and smoother of statsmodels, under test.

    verify gate -- python3 thirdparty_statsmodels.py
"""

import numpy as np
import statsmodels
from statsmodels.tsa.statespace.kalman_smoother import KalmanSmoother

import rankproof as rp
from processes import network_matrices

rp.OPERATIONS.clear()  # those of this example's own, of which readers of objects are used


def smoother(lds, y):
    K, N = len(lds["A"]), len(lds["C"])
    if K == 0:
        raise rp.Unsupported("no latents")
    model = KalmanSmoother(k_endog=N, k_states=K)
    model.bind(np.asfortranarray(np.reshape(y, (-1, N)).T))
    model["design"], model["transition"], model["selection"] = np.reshape(lds["C"], (N, K)), lds["A"], np.eye(K)
    model["state_cov"], model["obs_cov"] = rp.covariance(lds["Q"], K), rp.covariance(lds["R"], N)
    initial = lds.get("initial")
    if initial is not None:
        model.initialize_known(np.reshape(initial["mean"], K), rp.covariance(initial["cov"], K))
    else:
        if np.any(np.abs(np.linalg.eigvals(lds["A"])) >= 1):
            raise rp.Unstable("an eigenvalue is on or outside the unit circle")
        model.initialize_stationary()
    return model


@rp.operation
def log_likelihood(y, lds=None, rnn=None):
    if rnn is not None:  # all units are latents, seen without noise
        J, P, initial = network_matrices(**rnn)
        lds = {"A": J, "C": np.eye(len(J)), "Q": P, "R": np.zeros_like(P)}
        if initial is not None:
            S = rp.covariance(initial["cov"], len(J))
            lds["initial"] = {"mean": J @ np.reshape(initial["mean"], len(J)), "cov": J @ S @ J.T + P}
    return {"value": float(smoother(lds, y).loglike())}


@rp.operation
def estimate(lds, y):
    r = smoother(lds, y).smooth()
    out = {}
    for name in ("predicted", "filtered", "smoothed"):
        out[name + "_mean"] = getattr(r, name + "_state").T[:r.nobs]
        out[name + "_cov"] = getattr(r, name + "_state_cov").transpose(2, 0, 1)[:r.nobs]
    return out


if __name__ == "__main__":
    rp.run("statsmodels", statsmodels.__version__)
