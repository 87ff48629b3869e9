"""The shared library from Python: the experiment of experiment.json, trajectory by trajectory.

Usage: sgd.py LIBRARY [TRAJECTORIES], for example sgd.py /usr/local/lib/libsidyn.so 3
ctypes releases the interpreter's lock during a call, so threads compute at the same time."""
import ctypes
import sys
from concurrent.futures import ThreadPoolExecutor
from ctypes import POINTER, Structure, byref, c_double, c_int32, c_size_t, c_uint32, c_uint64

REAL = POINTER(c_double)


class Problem(Structure):
    _fields_ = [("kind", c_int32), ("noise", c_int32), ("dim", c_uint32), ("samples", c_uint32),
                ("sigma", c_double), ("scale", REAL), ("spectrum", REAL), ("matrix", REAL),
                ("features", REAL), ("labels", REAL), ("a", REAL), ("b", REAL), ("weights", REAL),
                ("rows", c_uint32), ("cols", c_uint32), ("inner", c_uint32),
                ("entries", POINTER(c_uint32)), ("mean", c_double),
                ("exp_minus_mean", c_double), ("network", ctypes.c_void_p)]


class Dynamics(Structure):
    _fields_ = [("kind", c_int32), ("l", c_uint32), ("substeps", c_uint32), ("batch", c_uint32),
                ("beta", c_double), ("beta2", c_double), ("alpha", c_double), ("eps", c_double),
                ("v0", c_double)]


class Segment(Structure):
    _fields_ = [("start", c_uint64), ("lr", c_double), ("wd", c_double), ("rescale", c_double)]


class Schedule(Structure):
    _fields_ = [("kind", c_int32), ("segment_count", c_uint32), ("segments", POINTER(Segment)),
                ("lr", c_double), ("lr_min", c_double), ("wd", c_double), ("factor", c_double),
                ("period", c_uint64)]


class Start(Structure):
    _fields_ = [("kind", c_int32), ("x", REAL), ("size", c_double)]


class Experiment(Structure):
    _fields_ = [("problem", Problem), ("dynamics", Dynamics), ("schedule", Schedule),
                ("start", Start), ("seed", c_uint64), ("steps", c_uint64),
                ("checkpoints", POINTER(c_uint64)), ("checkpoint_count", c_uint32),
                ("observable_count", c_uint32), ("observables", POINTER(c_int32)),
                ("plane", REAL)]


RAYLEIGH, GAUSSIAN, SGD, PIECEWISE, POINT, NORM2, LOSS = 1, 1, 2, 1, 1, 1, 2  # sidyn.h's enums
CHECKPOINT = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, c_uint64, REAL, REAL)


def load(path):
    sidyn = ctypes.CDLL(path)
    sidyn.sid_run_workspace.restype = c_size_t
    sidyn.sid_run_workspace.argtypes = [POINTER(Experiment)]
    sidyn.sid_experiment_validate.argtypes = [POINTER(Experiment)]
    sidyn.sid_run.argtypes = [POINTER(Experiment), c_uint64, CHECKPOINT, ctypes.c_void_p, REAL,
                              POINTER(c_uint64), REAL, c_size_t]
    if sidyn.sid_selfcheck() != 0:
        raise RuntimeError("this machine cannot be trusted")
    return sidyn


def experiment():
    return Experiment(
        problem=Problem(kind=RAYLEIGH, noise=GAUSSIAN, dim=3, sigma=0.3,
                        spectrum=(c_double * 3)(1, 2, 2)),
        dynamics=Dynamics(kind=SGD, batch=1),
        schedule=Schedule(kind=PIECEWISE, segment_count=1,
                          segments=(Segment * 1)(Segment(0, 0.1, 0.001, 1.0))),
        start=Start(kind=POINT, x=(c_double * 3)(1, 0, 1)), seed=7, steps=100,
        checkpoints=(c_uint64 * 3)(0, 10, 100), checkpoint_count=3,
        observables=(c_int32 * 2)(NORM2, LOSS), observable_count=2)


def run(sidyn, one, trajectory):
    """The rows (step, norm2, loss) of a trajectory; memory of its own for each call."""
    rows = []

    def at_checkpoint(_, step, x, row):
        rows.append((step, row[0], row[1]))
        return 0

    size = sidyn.sid_run_workspace(one)
    state, work, step = (c_double * 3)(), (c_double * size)(), c_uint64()
    status = sidyn.sid_run(byref(one), trajectory, CHECKPOINT(at_checkpoint), None, state,
                           byref(step), work, size)
    if status != 0:
        raise RuntimeError(f"trajectory {trajectory} ended at step {step.value}: status {status}")
    return rows


def main():
    sidyn, one = load(sys.argv[1]), experiment()
    if sidyn.sid_experiment_validate(one) != 0:
        raise RuntimeError("the experiment is not valid")
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    with ThreadPoolExecutor() as pool:
        for i, rows in enumerate(pool.map(lambda i: run(sidyn, one, i), range(count))):
            for step, norm2, loss in rows:
                print(f"{i},{step},,{norm2!r},{loss!r}")


main()
