"""The scripts of docs/clusters.md as they stand, on one machine: Slurm is played by the environment
that it gives and by an srun that calls mpirun."""

import sys

sys.dont_write_bytecode = True
import os
import re
import shutil
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "cli"))
from common import BUILD, ROOT, TMP, case, finish, holds, output, path_of, read, same, write

TEXT = read(os.path.join(ROOT, "docs/clusters.md")).decode()
ARRAY, MERGE, PARALLEL, MPI = re.findall(r"```sh\n(.*?)```", TEXT, re.S)
write("experiment.json", {
    "schema": "sidyn-experiment-1",
    "problem": {"kind": "rayleigh", "dim": 3, "spectrum": [1, 2, 2],
                "noise": {"kind": "gaussian", "sigma": 0.5}},
    "dynamics": {"kind": "sgd"}, "schedule": {"kind": "constant", "lr": 0.1, "wd": 0.05},
    "start": {"kind": "sphere", "radius": 1.5}, "seed": 3, "steps": 5,
    "observables": ["norm2", "f"]})
WHOLE = output("run", path_of("experiment.json"), "--trajectories", "0:100000", "--statistics")
os.mkdir(path_of("bin"))
os.symlink(os.path.join(BUILD, "sidyn"), path_of("bin/sidyn"))
ENVIRONMENT = {**os.environ, "PATH": f"{TMP}/bin:{os.environ['PATH']}", "HOME": TMP,
               "OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"}


def run(script, **environment):
    result = subprocess.run(["sh", "-c", script], cwd=TMP, env={**ENVIRONMENT, **environment},
                            capture_output=True, timeout=300, check=False)
    same(result.returncode, 0, result.stderr)


def table():
    same(read(path_of("table.csv")), WHOLE, "table")
    for name in os.listdir(TMP):
        if name.endswith((".csv", ".part")):
            os.remove(path_of(name))


with case("an array job, its tasks in any order, one of them twice"):
    for task in (3, 8, 1, 2, 7, 4, 6, 5, 2):
        run(ARRAY, SLURM_ARRAY_TASK_ID=str(task), SLURM_ARRAY_TASK_COUNT="8",
            SLURM_CPUS_PER_TASK="2")
    run(MERGE)
    table()
with case("GNU parallel"):
    holds(shutil.which("parallel"), "not installed; make deps-mpi installs it")
    run(PARALLEL)
    table()
for mpi, launcher in (("openmpi", "mpirun.openmpi --oversubscribe"), ("mpich", "mpiexec.hydra")):
    with case(f"Slurm with {mpi}"):
        link = path_of("bin/sidyn-mpi")
        if os.path.lexists(link):
            os.remove(link)
        os.symlink(os.path.join(BUILD, "mpi", f"mpicc.{mpi}", "sidyn-mpi"), link)
        write("bin/srun", f'#!/bin/sh\nexec {launcher} -n "$SLURM_NTASKS" "$@"\n')
        os.chmod(path_of("bin/srun"), 0o755)
        run(MPI, SLURM_NTASKS="4", SLURM_CPUS_PER_TASK="2")
        table()

finish()
