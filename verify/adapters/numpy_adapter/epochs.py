"""Section 8 of docs/spec-network.md: the order of an epoch, which is in the state."""
import numpy as np


def shuffled(draw):
    """The order of a new epoch from its indices."""
    n = draw.shape[1] + 1
    order, rows = np.tile(np.arange(n), (len(draw), 1)), np.arange(len(draw))
    for k, i in enumerate(range(n - 1, 0, -1)):
        j = draw[:, k].astype(int)
        order[rows, i], order[rows, j] = order[rows, j], order[rows, i].copy()
    return order


class Epochs:
    """The further numbers o and e of a state with epochs."""

    @staticmethod
    def start(problem, size, batch):
        order = np.tile(np.arange(problem.n, dtype=float), (size, 1))
        return {"o": order, "e": np.full((size, 1), float(problem.n // batch))}

    @staticmethod
    def following(problem, o, e, batch, draw):
        """(o and e after a step, the indices of its batch); all trajectories have the same e."""
        taken = int(e[0, 0])
        if taken == problem.n // batch:
            o, taken = shuffled(draw()).astype(float), 0
        index = o[:, taken * batch : (taken + 1) * batch].astype(int)
        return {"o": o, "e": np.full(e.shape, taken + 1.0)}, index
