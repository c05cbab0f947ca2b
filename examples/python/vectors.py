"""Hold an implementation to the test vectors of `verify vectors --out DIR`, without the gate.

    python3 vectors.py DIR

docs/vectors.md says what the comparisons are. Here the implementation is lowrank.py.
"""

import collections
import json
import pathlib
import sys

import numpy as np

import lowrank  # noqa: F401
from processes import System, network_matrices
from rankproof import OPERATIONS, answer, covariance, decode


def ask(op, params):
    return json.loads(answer({"id": 1, "op": op, "params": params}, "vectors", "1", "float64"))


def entries(got, want, tolerance):
    if isinstance(tolerance, list) and any(isinstance(t, list) for t in tolerance):  # rows may differ in length
        return len(got) == len(want) and all(entries(g, w, t) for g, w, t in zip(got, want, tolerance))
    got, want, tolerance = np.asarray(got, float), np.asarray(want, float), np.asarray(tolerance, float)
    if got.size == want.size == 0:
        return True
    if tolerance.ndim == want.ndim - 1 and tolerance.ndim:  # one for a complex number
        tolerance = tolerance[..., None]
    return got.shape == want.shape and bool(np.all(np.abs(got - want) <= tolerance))


def z(pairs):
    return np.array([complex(*p) for p in pairs], complex)


def spectrum(got, want, tolerance, extra=None):
    got = list(z(got))
    for w, t in sorted(zip(z(want), np.broadcast_to(tolerance, len(want))), key=lambda p: p[1]):
        nearest = int(np.argmin(np.abs(np.array(got) - w))) if got else None
        if nearest is None or not abs(got.pop(nearest) - w) <= t:
            return False
    allowed = z(extra["values"]) if extra and extra["values"] else np.zeros(0)
    return all(np.any(np.abs(allowed - g) <= extra["tolerance"]) if len(allowed) else False for g in got)


def points(result, got, check):
    left, beside = list(range(len(got))), check.get("with", {})
    for i, (want, t) in enumerate(zip(check["value"], check["tolerance"])):
        fits = [k for k in left if np.all(np.abs(np.subtract(got[k], want)) <= np.max(t))]
        if not fits:
            return False
        left.remove(fits[0])
        if "eigenvalues" in beside and not spectrum(result["eigenvalues"][fits[0]], beside["eigenvalues"][i], beside["tolerance"][i]):
            return False
    return not left


def matrices(member):
    """A, C, Q, R of an LDS, or of a network of which all units are latents; and its initial law, if it has one."""
    member = decode(member)
    if "A" in member:
        s = System(**member)
        return s.A, s.C, s.Q, s.R, (s.mean, s.x @ s.x.T)
    J, P, initial = network_matrices(**member)
    mean, cov = np.zeros(len(J)), np.zeros_like(J)
    if initial is not None:
        mean, cov = J @ initial["mean"], J @ covariance(initial["cov"], len(J)) @ J.T + P
    return J, np.eye(len(J)), P, np.zeros_like(P), (mean, cov)


def moments(member, times):
    A, C, _, R, (mean, V) = matrices(member)
    Q, laws = matrices(member)[2], []
    for _ in range(times):
        laws.append((C @ mean, V))
        mean, V = A @ mean, A @ V @ A.T + Q
    N = len(C)
    cov = np.zeros((times * N, times * N))
    for s in range(times):
        for t in range(s, times):
            block = C @ np.linalg.matrix_power(A, t - s) @ laws[s][1] @ C.T + (R if s == t else 0)
            cov[t * N:t * N + N, s * N:s * N + N], cov[s * N:s * N + N, t * N:t * N + N] = block, block.T
    return np.concatenate([m for m, _ in laws]), cov


def eigenvectors(result, member, check):
    M, (t0, t1, t2) = np.asarray(check["with"]["matrix"], float), check["tolerance"]
    values, right, left = z(result["eigenvalues"]), complex_matrix(member["right"]), complex_matrix(member["left"])
    size = lambda a: np.linalg.norm(a, axis=0)
    return not len(values) or bool(
        np.all(size(M @ right - values * right) <= t0 * size(right)) and np.all(size(M.T @ left - values * left) <= t1 * size(left))
        and np.all(np.abs((left * right).sum(axis=0) - 1) <= t2 * size(left) * size(right)))


def complex_matrix(rows):
    a = np.asarray(rows, float)
    return a[..., 0] + 1j * a[..., 1] if a.size else np.zeros((0, 0))


def passes(params, result, check):
    member = result
    for name in filter(None, check["member"].split(".")):
        member = member[int(name)] if isinstance(member, list) else member[name]
    kind, want, t, beside = check["compare"], check.get("value"), check.get("tolerance"), check.get("with", {})
    if kind == "entries":
        return entries(member, want, t)
    if kind == "equal":
        return member == want
    if kind == "spectrum":
        trivial = [[m["value"], 0] for m in result.get(beside.get("trivial"), []) for _ in range(m["count"])]
        return spectrum(member + trivial, want, t, beside.get("extra"))
    if kind == "covariance":
        return entries(covariance(decode(member), len(want)), want, t)
    if kind == "transition":
        network = {m: v for m, v in decode(member).items() if m in ("J", "M", "N", "P")}
        return entries(network_matrices(**network)[0] @ np.asarray(beside["on"], float), want, t)
    if kind == "autocovariances":
        asked = {"lds" if "A" in member else "rnn": member, "lags": len(want) - 1}
        return entries(ask("autocovariance", asked)["result"]["lambda"], want, t)
    if kind == "moments":
        mean, cov = moments(member, len(want["mean"]) // len(matrices(member)[1]))
        return entries(mean, want["mean"], t["mean"]) and entries(cov, want["cov"], t["cov"])
    if kind == "eigenvectors":
        return eigenvectors(result, member, check)
    if kind == "carried":
        D = np.asarray(beside["slopes"], float)[:, None]
        (v, l_x), (w, l_r) = ([complex_matrix(result[f][s]) for s in ("right", "left")] for f in ("activation", "activity"))
        close = lambda a, b: not a.size or np.all(np.linalg.norm(a - D * b, axis=0) <= t * np.linalg.norm(b, axis=0))
        return bool(close(w, v) and close(l_x, l_r))
    if kind == "points":
        return points(result, member, check)
    if kind == "distance":
        W = np.asarray(beside["matrix"], float)
        M, N = (np.asarray(result[m], float).reshape(len(W), -1) for m in "MN")
        return np.linalg.norm(W - M @ N.T, 2) <= want + t
    if kind == "field":
        return entries(ask("field", {"mixture": member, "kappa": beside["kappa"]})["result"]["values"], want, t)
    raise ValueError(f"no comparison is called {kind}")


def judge(op, test):
    """right, unsupported, or what is wrong."""
    response = ask(op, test["params"])
    if "error" in response:
        kind = response["error"]["kind"]
        if kind == "unsupported":
            return "unsupported"
        return "right" if test["result"] != "valid" and kind in test["errors"] else f"error {response['error']}"
    if test["result"] == "invalid":
        return "a result, where there is none"
    failed = [c["compare"] + " " + c["member"] for c in test["expected"] if not passes(test["params"], response["result"], c)]
    return "right" if not failed else ", ".join(failed)


def main(folder):
    counts = collections.Counter()
    for path in sorted(pathlib.Path(folder).glob("*.json")):
        vectors = json.loads(path.read_text())
        if "tests" not in vectors or vectors["operation"] not in OPERATIONS:
            continue
        for test in vectors["tests"]:
            verdict = judge(vectors["operation"], test)
            counts[verdict if verdict in ("right", "unsupported") else "wrong"] += 1
            if verdict not in ("right", "unsupported"):
                print(f"{path.name} {test['tcId']} {test['flags']}: {verdict}")
    print(", ".join(f"{n} {verdict}" for verdict, n in sorted(counts.items())))
    return 1 if counts["wrong"] or not counts["right"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
