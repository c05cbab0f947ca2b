"""The implementation of lowrank.py with one mistake in it, of a kind that people make.

    verify gate --only S12 -- python3 mistakes.py started-at-Q

must fail. Without a name the mistakes are listed: name, theorem that is to catch it,
and what is wrong, one a line. docs/mistakes.md has the counterexamples.
"""

import math
import sys

import numpy as np

import lowrank  # noqa: F401  registers the operations
import meanfields
import networks
import nonlinearities
import processes
import rankproof

MISTAKES = {}


def mistake(name, theorem, what):
    """Register a function that plants a mistake."""
    def register(plant):
        MISTAKES[name] = (theorem, what, plant)
        return plant
    return register


def after(*operations):
    """Change the result of operations: the function below is given result and params."""
    def plant(change):
        for op in operations:
            def wrong(right=rankproof.OPERATIONS[op], **params):
                result = right(**params)
                return change(result, params) or result
            rankproof.OPERATIONS[op] = wrong
    return plant


def before(*operations):
    """Change the params of operations: the function below returns others."""
    def plant(change):
        for op in operations:
            right = rankproof.OPERATIONS[op]
            rankproof.OPERATIONS[op] = lambda right=right, **params: right(**change(params))
    return plant


# ---- linearization ---------------------------------------------------------


@mistake("factor-of-N-lost", "L2", "W = M N^T whatever the scale says: the 1/N is forgotten")
def _():
    @before("spectrum", "linearize", "modes", "euler_stability")
    def unscaled(params):
        return {**params, "network": {**params["network"], "scale": 1.0}} if "M" in params["network"] else params


@mistake("D-on-the-wrong-side", "L9", "M_r = (-1 + W D)/tau: D W and W D taken for one")
def _():
    @after("linearize")
    def swapped(result, params):
        result["activity"]["matrix"] = result["activation"]["matrix"]


@mistake("W-transposed", "L11", "M_x = (-1 + W^T D)/tau")
def _():
    networks.Network.connectivity = lambda net: (net.M @ net.N.T if net.low_rank else net.W).T


@mistake("slopes-at-the-outputs", "L11", "D = diag phi'(phi(x)): the slope is taken at the activity")
def _():
    networks.Network.slopes = lambda net, x: net.phi(net.phi(x)[0])[1]


@mistake("one-minus-tanh-squared", "L3", "phi' = 1 - tanh(x)**2, which is 0 from |x| = 19 on")
def _():
    right = nonlinearities.tanh

    def wrong(x):
        out = right(x)
        out[1] = 1 - np.tanh(x) ** 2
        return out
    nonlinearities.PHI["tanh"] = wrong


@mistake("left-vectors-conjugated", "L4", "l^H M = lambda l^H, as scipy.linalg.eig returns left vectors")
def _():
    @after("modes")
    def conjugated(result, params):
        for form in ("activation", "activity"):
            result[form]["left"] = result[form]["left"].conj()


@mistake("one-over-mu-forgotten", "L4", "l_r = W^T l_x on the way back, without the 1/mu")
def _():
    networks.shifts = lambda net, lam: np.ones(net.units) / net.tau


@mistake("one-vector-for-both-forms", "L3", "w = v: right eigenvectors taken to be the same in both forms")
def _():
    @after("modes")
    def same(result, params):
        result["activity"]["right"] = result["activation"]["right"]


@mistake("input-without-D", "L6", "inputs enter the activity form as B/tau")
def _():
    @after("linearize")
    def undamped(result, params):
        result["activity"]["input"] = result["activation"]["input"]


@mistake("driven-by-u-itself", "L10", "the activity form is driven by u, not by u filtered")
def _():
    @before("simulate_driven")
    def unfiltered(params):
        return {**params, "unfiltered": True}

    @after("simulate_driven")
    def pretended(result, params):
        q = np.shape(params["network"].get("B"))
        if params["form"] == "activity" and q and not params.get("unfiltered"):
            result["filtered"] = np.reshape(params["inputs"], (-1, q[1]))[::2]


@mistake("tau-forgotten-in-Euler", "L13", "|1 - dt + dt mu| < 1: dt taken for dt/tau")
def _():
    @before("euler_stability")
    def in_units_of_tau(params):
        return {**params, "network": {**params["network"], "tau": 1.0}}


# ---- conversion --------------------------------------------------------------


@mistake("lags-transposed", "S1", "Lambda_k = Cov(y_t, y_{t+k})")
def _():
    @after("autocovariance")
    def transposed(result, params):
        result["lambda"] = result["lambda"].transpose(0, 2, 1)


@mistake("posterior-left-out", "S1", "P = C Q C^T + R: what y_t does not tell of x_t is not in the noise")
def _():
    @after("rnn_from_lds")
    def too_little(result, params):
        s = processes.System(**params["lds"])
        result["rnn"]["P"] = s.C @ s.Q @ s.C.T + s.R


@mistake("observation-noise-left-out", "S1", "Lambda_0 = C V C^T, without R")
def _():
    @after("autocovariance")
    def noiseless(result, params):
        if "lds" in params:
            result["lambda"][0] -= processes.System(**params["lds"]).R


@mistake("the-other-Lyapunov-equation", "S1", "V = A^T V A + Q")
def _():
    right = processes.stationary_factor
    processes.stationary_factor = lambda A, root: right(A.T, root)


@mistake("two-pi-forgotten", "S8", "log-likelihood without n ln(2 pi)/2")
def _():
    @after("log_likelihood")
    def unnormalised(result, params):
        result["value"] += np.sum(~np.isnan(params["y"])) * math.log(2 * math.pi) / 2


@mistake("missing-as-zero", "S8", "missing entries read as zeros")
def _():
    @before("log_likelihood")
    def filled(params):
        return {**params, "y": np.nan_to_num(params["y"])}


@mistake("filter-gain-for-predictor-gain", "S12", "K = Sigma C^T S^-1 handed out as the predictor's gain, without the A")
def _():
    @after("steady_state")
    def without_A(result, params):
        result["predictor_gain"] = result["filter_gain"]


@mistake("started-at-Q", "S12", "the Riccati iteration is begun at Q, and sticks at a wrong fixed point")
def _():
    def wrong(s):
        sigma = s.root_q
        for _ in range(40):
            E, F = np.hstack([s.C @ sigma, s.root_r]), np.hstack([sigma, np.zeros((s.K, s.N))])
            sigma = s.after(processes.Given(E, processes.deviations(E)).rest(F))
        return s.x @ s.x.T - sigma @ sigma.T, sigma @ sigma.T
    processes.settled = wrong


@mistake("filter-for-smoother", "S8", "no pass backward: what is smoothed is what was filtered")
def _():
    @after("estimate")
    def unsmoothed(result, params):
        result["smoothed_mean"], result["smoothed_cov"] = result["filtered_mean"], result["filtered_cov"]


@mistake("N-for-PN", "S6", "latents in the basis [M, N], right for isotropic noise alone")
def _():
    @after("lds_from_rnn")
    def projected(result, params):
        lds = result["lds"]
        J, _, _ = processes.network_matrices(**params["rnn"])
        basis = processes.span(np.hstack([J, J.T]), 1e-10)
        lds["C"] = basis @ basis.T @ lds["C"]


@mistake("all-noise-observed", "S6", "R = P: the noise that drives the latents is left in the observations as well")
def _():
    @after("lds_from_rnn")
    def twice(result, params):
        result["lds"]["R"] = params["rnn"]["P"]


@mistake("law-of-y1-for-y0", "S6", "the initial law of a network taken for that of its first observation: off by one")
def _():
    @after("lds_from_rnn")
    def late(result, params):
        initial, lds = params["rnn"].get("initial"), result["lds"]
        if initial is not None and len(lds["A"]):
            left = np.linalg.pinv(lds["C"])
            lds["initial"] = {"mean": left @ initial["mean"],
                              "cov": left @ rankproof.covariance(initial["cov"], len(lds["C"])) @ left.T}


@mistake("bits-for-nats", "S2", "log2 in place of ln")
def _():
    @after("markov_gap")
    def in_bits(result, params):
        if "nats" in result:
            result["nats"] /= math.log(2)


# ---- mean fields -----------------------------------------------------------------


@mistake("deviation-for-variance", "M2", "averages at sqrt(Delta) in place of Delta")
def _():
    right = meanfields.averages
    meanfields.averages = lambda name, mu, delta: right(name, mu, np.sqrt(delta))


@mistake("gain-at-the-mean", "M2", "<phi'> = phi'(mu): the slope at the mean input in place of the mean slope")
def _():
    right = meanfields.averages

    def wrong(name, mu, delta):
        f = right(name, mu, delta)
        f[1] = nonlinearities.PHI[name](np.asarray(mu, float))[1]
        return f
    meanfields.averages = wrong


@mistake("twenty-Hermite-nodes", "M2", "averages by Gauss-Hermite quadrature of 20 nodes, whatever Delta is")
def _():
    z, weights = np.polynomial.hermite_e.hermegauss(20)
    weights = weights / weights.sum()

    def wrong(name, mu, delta):
        mu, delta = np.broadcast_arrays(np.asarray(mu, float), np.asarray(delta, float))
        return nonlinearities.PHI[name](mu[..., None] + np.sqrt(delta)[..., None] * z) @ weights
    meanfields.averages = wrong


@mistake("cross-term-forgotten", "M2", "Delta = k S_mm k + S_II, without 2 k.S_mI")
def _():
    right = meanfields.Mixture.__init__

    def wrong(m, **mixture):
        right(m, **mixture)
        m.mI = 0 * m.mI
    meanfields.Mixture.__init__ = wrong


@mistake("variance-for-deviation", "M3", "loadings drawn as a + S z: the covariance in the place of its root")
def _():
    meanfields.square_root = lambda cov: cov


@mistake("sizes-taken-for-drawn", "M3", "sum_p alpha_p tr Cov_p also where labels are drawn")
def _():
    @before("field_variance")
    def fixed(params):
        return {**params, "fixed_sizes": True}


@mistake("n-as-m", "M5", "N -> N G under M -> M G: right for orthogonal G alone")
def _():
    def wrong(G, mixture=None, network=None):
        if network is not None:
            return {"network": {**network, "M": network["M"] @ G, "N": network["N"] @ G}}
        R = len(G)
        T = np.eye(2 * R + 1)
        T[:R, :R] = T[R:-1, R:-1] = G.T
        return {"mixture": {**mixture, "populations": [{**p, "mean": T @ p["mean"], "cov": T @ p["cov"] @ T.T}
                                                       for p in mixture["populations"]]}}
    rankproof.OPERATIONS["gauge"] = wrong


@mistake("unstable-points-dropped", "M11", "fixed points that a simulation would reach, and no others")
def _():
    @after("fixed_points")
    def seen(result, params):
        keep = [i for i, e in enumerate(result["eigenvalues"]) if np.all(e.real < 0)]
        for member in ("points", "residuals", "index", "eigenvalues"):
            result[member] = [result[member][i] for i in keep]


@mistake("ridge-counted-twice", "M12", "the penalty is 2 beta |c|^2: beta in the rows, and again in the columns")
def _():
    @before("fit")
    def twice(params):
        return {**params, "ridge": 2 * params["ridge"]}


@mistake("singular-values-twice", "M13", "M = U s and N = V s")
def _():
    @after("truncate")
    def twice(result, params):
        result["N"] = result["N"] * np.linalg.norm(result["M"], axis=0)


@mistake("I-left-out-of-the-completion", "M14", "the smallest S_nn taken for S_nm S_mm^+ S_mn")
def _():
    right = meanfields.completed

    def wrong(aa, na):
        cov, R = right(aa, na), len(na)
        y = meanfields.regression(aa[:R, :R], na[:, :R])
        cov[R:2 * R, R:2 * R] = y @ y.T
        return cov
    meanfields.completed = wrong


# ---- bridges ------------------------------------------------------------------------


@mistake("leak-kept", "X2", "J = -1 + W D: the linearization of the flow for that of the map")
def _():
    @after("linearize_noisy")
    def leaky(result, params):
        rnn = result["rnn"]
        J = rnn["J"] if "J" in rnn else rnn["M"] @ rnn["N"].T
        result["rnn"] = {"J": J - np.eye(len(J)), "P": rnn["P"]}


@mistake("noise-not-passed-through-W", "X3", "the noise of the activation form is P, not W P W^T")
def _():
    @after("pass_noise")
    def unpassed(result, params):
        result["noise"] = params["noise"]


if __name__ == "__main__":
    if len(sys.argv) < 2:
        for name, (theorem, what, _) in MISTAKES.items():
            print(name, theorem, what, sep="\t")
        sys.exit()
    MISTAKES[sys.argv[1]][2]()
    rankproof.run("lowrank, " + sys.argv[1], "1.0")
