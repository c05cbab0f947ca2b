"""The shortest way to hold a library to `verify vectors --out DIR`: python3 consume.py DIR

It knows two comparisons, numbers and eigenvalues, which is all that most operations
need; checks of other kinds are counted as not made. vectors.py knows them all.
"""
import collections
import json
import pathlib
import sys

import numpy as np

import lowrank  # noqa: F401  (yours in its place: it registers what it offers)
from rankproof import OPERATIONS, answer


def entries(got, want, tolerance):
    """Numbers, each within its tolerance, or all within one."""
    if isinstance(want, list) and any(isinstance(w, list) for w in want):
        each = tolerance if isinstance(tolerance, list) else [tolerance] * len(want)
        return len(got) == len(want) and all(map(entries, got, want, each))
    return np.shape(got) == np.shape(want) and bool(np.all(np.abs(np.subtract(got, want)) <= tolerance))


def spectrum(got, want, tolerance):
    """Complex numbers in any order, the sharpest first."""
    left = [complex(*g) for g in got]
    for t, w in sorted(zip(np.broadcast_to(tolerance, len(want)), want)):
        near = min(left, key=lambda g: abs(g - complex(*w)), default=np.inf)
        if not abs(near - complex(*w)) <= t:
            return False
        left.remove(near)
    return not left


def judge(test, response, counts):
    if "error" in response:
        return response["error"]["kind"] in test.get("errors", []) + ["unsupported"]
    for check in test.get("expected", []):
        compare = {"entries": entries, "spectrum": spectrum}.get(check["compare"])
        if compare is None or "with" in check:
            counts["checks not made"] += 1
            continue
        got = response["result"]
        for name in filter(None, check["member"].split(".")):
            got = got[int(name)] if isinstance(got, list) else got[name]
        if not compare(got, check["value"], check["tolerance"]):
            return False
    return test["result"] != "invalid"


counts = collections.Counter()
for path in sorted(pathlib.Path(sys.argv[1]).glob("*.json")):
    vectors = json.loads(path.read_text())
    for test in vectors.get("tests", []) if vectors.get("operation") in OPERATIONS else []:
        asked = {"id": test["tcId"], "op": vectors["operation"], "params": test["params"]}
        right = judge(test, json.loads(answer(asked, "mine", "1", "float64")), counts)
        counts["right" if right else "wrong"] += 1
        if not right:
            print(f"{path.name} {test['tcId']} {test['flags']}: {test['comment']}")
print(", ".join(f"{n} {what}" for what, n in sorted(counts.items())))
sys.exit(counts["wrong"] > 0 or not counts["right"])
