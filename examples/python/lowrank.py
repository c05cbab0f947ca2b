"""A NumPy library of low-rank networks, as an implementation under test.

    verify gate -- python3 lowrank.py
"""

import rankproof

import meanfields  # noqa: F401  registering its operations, as the others do
import networks  # noqa: F401
import processes  # noqa: F401

if __name__ == "__main__":
    rankproof.run("lowrank", "1.0")
