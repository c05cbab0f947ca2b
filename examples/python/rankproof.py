"""Put a Python library under test: a function an operation, then run().

    import rankproof as rp

    @rp.operation
    def truncate(W, rank):
        u, s, vt = np.linalg.svd(W)
        ...
        return {"M": u[:, :rank] * s[:rank], "N": vt[:rank].T, "error": ...}

    rp.run("mylibrary", "1.0")

`verify gate -- python3 mylibrary_gate.py` then starts the file, sends it
requests and judges the answers. Parameters arrive by the names that
docs/protocol.md gives them, lists of numbers as NumPy arrays; results are
dicts of arrays, numbers, bools and strings. What a function does not return,
it raises: Invalid, Unstable, Singular, Unsupported. This file needs the
standard library and NumPy, and may be copied into any project.
"""

import json
import os
import sys
import traceback

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # instances are small: threads would wait for one another

import numpy as np  # noqa: E402

PROTOCOL = 1


class Error(Exception):
    """An answer that is no result; the subclasses are the kinds there are."""

    kind = "internal"


class Invalid(Error):
    """The input is malformed or inadmissible."""

    kind = "invalid"


class Unstable(Error):
    """A stationary law is asked for where there is none."""

    kind = "unstable"


class Singular(Error):
    """There is no density, no inverse, no image."""

    kind = "singular"


class Unsupported(Error):
    """This library does not do that: not tried, rather than wrong."""

    kind = "unsupported"


OPERATIONS = {}


def operation(function=None, *, name=None):
    """Register a function as the operation of its name, or of the name given."""
    if function is None:
        return lambda f: operation(f, name=name)
    OPERATIONS[name or function.__name__] = function
    return function


# ---- reading -----------------------------------------------------------


def decode(value):
    """JSON values with lists of numbers as arrays; null in one is NaN."""
    if isinstance(value, dict):
        return {key: decode(item) for key, item in value.items()}
    if isinstance(value, list):
        if not any(isinstance(item, (dict, str)) for item in value):
            try:
                return np.array(value, dtype=float)
            except (ValueError, TypeError):  # rows of different lengths
                pass
        return [decode(item) for item in value]
    return value


def matrix(value, rows, columns):
    """A matrix of this shape; a zero-sized one arrives as []."""
    a = np.asarray(value, dtype=float)
    if a.size == 0 and rows * columns == 0:
        return np.zeros((rows, columns))
    if a.shape != (rows, columns):
        raise Invalid(f"a matrix has the shape {a.shape}, want {(rows, columns)}")
    return a


def as_complex(pairs):
    """Complex numbers from [re, im] in the last axis."""
    pairs = np.asarray(pairs, dtype=float)
    return pairs[..., 0] + 1j * pairs[..., 1]


def covariance(noise, n):
    """The n x n matrix of a noise: dense, {"iso"}, {"diag"}, {"diag", "factor"}."""
    if not isinstance(noise, dict):
        cov = matrix(noise, n, n)
        if n and not np.linalg.eigvalsh((cov + cov.T) / 2)[0] >= -1e-9 * np.abs(cov).max():
            raise Invalid("a covariance is not positive semidefinite")
        return cov
    if np.min(noise.get("diag", noise.get("iso")), initial=0) < 0:
        raise Invalid("a variance is negative")
    if "iso" in noise:
        return noise["iso"] * np.eye(n)
    cov = np.diag(noise["diag"])
    factor = noise.get("factor")
    if factor is not None and np.size(factor):
        cov = cov + factor @ factor.T
    return matrix(cov, n, n)


# ---- writing -----------------------------------------------------------


def encode(value):
    """What json can write: arrays as lists, complex numbers as [re, im]."""
    if isinstance(value, dict):
        return {key: encode(item) for key, item in value.items() if item is not None}
    if isinstance(value, (list, tuple)):
        return [encode(item) for item in value]
    if isinstance(value, (complex, np.complexfloating)):
        return [float(value.real), float(value.imag)]
    if isinstance(value, np.ndarray):
        if value.size == 0:
            return []
        if np.iscomplexobj(value):
            value = np.stack([value.real, value.imag], axis=-1)
        return value.tolist()
    if isinstance(value, np.generic):
        return value.item()
    return value


def answer(request, name, version, precision):
    """The response to one request, as an object."""
    op, params = request["op"], request.get("params") or {}
    try:
        if op == "hello":
            result = {"name": name, "version": version, "protocol": PROTOCOL,
                      "ops": sorted(OPERATIONS), "precision": precision}
        elif op not in OPERATIONS:
            raise Unsupported(f"{op} is not implemented")
        else:
            with np.errstate(all="ignore"):  # what is not finite is refused below
                result = encode(OPERATIONS[op](**decode(params)))
        return json.dumps({"id": request["id"], "result": result}, allow_nan=False)
    except Error as e:
        kind, message = e.kind, str(e)
    except NotImplementedError as e:
        kind, message = "unsupported", str(e) or op
    except np.linalg.LinAlgError as e:
        kind, message = "singular", str(e)
    except (ValueError, IndexError) as e:  # as NumPy says of what does not fit; and json of what is not finite
        kind, message = ("internal" if "JSON" in str(e) else "invalid"), str(e)
    except Exception as e:  # a bug, or a result that is not finite: reported, and the gate goes on
        traceback.print_exc()
        kind, message = "internal", f"{type(e).__name__}: {e}"
    return json.dumps({"id": request["id"], "error": {"kind": kind, "message": message}})


def run(name, version="0", precision="float64"):
    """Answer requests from standard input until it ends.

    Answers go out one by one, as they are ready, in the order of the requests,
    of which more may be waiting. Standard output is the protocol's: it is taken
    away from everybody else, whose print goes to standard error.
    """
    out = os.fdopen(os.dup(sys.stdout.fileno()), "wb", buffering=0)
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    sys.stdout = sys.stderr
    for line in sys.stdin.buffer:
        if line.strip():
            text = answer(json.loads(line), name, version, precision) + "\n"
            view = memoryview(text.encode())
            while view:  # an unbuffered write may be partial
                view = view[out.write(view):]
