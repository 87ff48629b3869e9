"""Parts of runs to begin with, for the fuzzer (run.sh): of the experiment of fuzz_parts.c."""

import json
import os
import subprocess
import tempfile
import time

EXPERIMENT = {"schema": "sidyn-experiment-1",
              "problem": {"kind": "rayleigh", "dim": 3, "spectrum": [1, 2, 2],
                          "noise": {"kind": "gaussian", "sigma": 0.5}},
              "dynamics": {"kind": "sgd"}, "schedule": {"kind": "constant", "lr": 0.1, "wd": 0.05},
              "start": {"kind": "sphere", "radius": 1.5}, "seed": 3, "steps": 9,
              "checkpoints": [0, 9], "observables": ["norm2", "x"]}
LONG = EXPERIMENT | {"steps": 10**9, "checkpoints": [0, 10**9]}


def write(folder, build):
    """Parts without their last eight bytes, the checksum."""
    program = os.path.join(build, "sidyn")
    with tempfile.TemporaryDirectory() as temporary:
        def make(name, document, *options, seconds=None):
            path, part = os.path.join(temporary, "e.json"), os.path.join(temporary, name)
            with open(path, "w", encoding="ascii") as file:
                json.dump(document, file)
            process = subprocess.Popen([program, "run", path, *options, "--part", part])
            if seconds:
                time.sleep(seconds)
                process.terminate()
            process.wait()
            with open(part, "rb") as file, open(os.path.join(folder, name), "wb") as start:
                start.write(file.read()[:-8])

        rows = ["--out", os.path.join(temporary, "r.csv")]
        make("few.part", EXPERIMENT, "--trajectories", "0:5", "--statistics")
        make("many.part", EXPERIMENT | {"checkpoints": [9], "observables": ["norm2"]},
             "--trajectories", "0:1100", "--statistics")
        make("rows.part", EXPERIMENT, "--trajectories", "0:5", *rows)
        make("flight.part", LONG, "--trajectories", "0:5", "--statistics", seconds=1.0)
