"""How far `sidyn-mpi run --statistics` scales: chunk times and the cost of a result at rank 0 are
measured here, on one core; a simulation of discrete events hands out chunks as verify/mpi/team.c
does, to as many ranks as wanted. Prints the efficiency, which is the work in seconds of one core
over ranks times the time that the run takes.

    python3 tests/bench/scaling.py --program build/gcc-O2/sidyn
"""

import argparse
import heapq
import json
import os
import random
import resource
import statistics
import subprocess
import tempfile

P, CHECKPOINTS = 100, 10
CHUNKS_A_RANK, AHEAD, WINDOW, LANES = 32, 2, 8, 8  # as in team.c; LANES: AVX-512
CHUNK_MOST = 4096  # as in run_memory.c
MEASURED = 200  # steps of the runs that are measured


def experiment(steps):
    """The noisy Rayleigh quotient, three observables at ten checkpoints."""
    return {"schema": "sidyn-experiment-1",
            "problem": {"kind": "rayleigh", "dim": P, "spectrum": [1 + j / 99 for j in range(P)],
                        "noise": {"kind": "gaussian", "sigma": 0.1}},
            "dynamics": {"kind": "sgd"}, "schedule": {"kind": "constant", "lr": 0.05, "wd": 0.01},
            "start": {"kind": "point", "x": [0.1] * P}, "seed": 1, "steps": steps,
            "checkpoints": {"every": steps // (CHECKPOINTS - 1)},
            "observables": ["norm2", "loss", "f"]}


def cpu(*command):
    """Seconds of the processor."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def measure(program, repetitions):
    """Seconds of a trajectory and step, the spread of chunk times as ratios to their median, and
    seconds and bytes of a result at rank 0: merge reads and adds what rank 0 reads and adds."""
    with tempfile.TemporaryDirectory() as folder:
        path, part = os.path.join(folder, "e.json"), os.path.join(folder, "%d.part")
        with open(path, "w", encoding="ascii") as file:
            json.dump(experiment(MEASURED), file)

        def chunk(first, count):
            return cpu(program, "run", path, "--trajectories", f"{first}:{first + count}",
                       "--statistics", "--jobs", "1", "--out", os.path.join(folder, "t.csv"))

        start = statistics.median(chunk(0, 8) for _ in range(5))
        times = [chunk(2000 * k, 2000) - start for k in range(repetitions)]
        middle = statistics.median(times)
        for k in range(200):  # as many values as a chunk of 10^7 trajectories on 10^4 ranks has
            subprocess.run([program, "run", path, "--trajectories", "0:6200", "--shard",
                            f"{k + 1}/200", "--statistics", "--part", part % k], check=True)
        merges = {count: min(cpu(program, "merge", *[part % k for k in range(count)], "--out",
                                 os.path.join(folder, "m.part")) for _ in range(5))
                  for count in (20, 200)}
        return {"step": middle / 2000 / MEASURED, "spread": [time / middle for time in times],
                "result": (merges[200] - merges[20]) / 180, "bytes": os.path.getsize(part % 0)}


def simulate(ranks, trajectories, seconds, measured, network, seed=1):
    """The time of a run. A rank has up to AHEAD chunks; rank 0 takes results one after the other,
    and gives out a chunk for each; its own chunks are computed beside that."""
    chance = random.Random(seed)
    chunk = min(max(trajectories // (ranks * CHUNKS_A_RANK), LANES), CHUNK_MOST)
    chunks = -(-trajectories // chunk)
    travel = network["latency"] + measured["bytes"] / network["bandwidth"]
    free = [0.0] * ranks  # when a rank has done what it has
    events, handed, oldest, server, taken = [], 0, 0, 0.0, set()
    waiting = []

    def give(rank, now):
        nonlocal handed
        if handed == chunks or handed >= oldest + WINDOW * ranks:
            if handed < chunks:
                waiting.append(rank)
            return
        begin = max(free[rank], now + (network["latency"] if rank else 0.0))
        free[rank] = begin + chunk * seconds * chance.choice(measured["spread"])
        heapq.heappush(events, (free[rank] + (travel if rank else 0.0), handed, rank))
        handed += 1

    for turn in range(AHEAD):
        for rank in range(ranks):
            if rank or not turn:
                server += network["latency"]  # to send a message
                give(rank, server)
    while events:
        there, number, rank = heapq.heappop(events)
        server = max(server, there) + measured["result"] + network["latency"]
        taken.add(number)
        while oldest in taken:
            taken.remove(oldest)
            oldest += 1
        blocked, waiting[:] = waiting[:], []
        for other in [*blocked, rank]:
            give(other, server)
    return server


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default="build/gcc-O2/sidyn")
    parser.add_argument("--trajectories", type=int, default=10**7)
    parser.add_argument("--ranks", type=int, nargs="*", default=[10, 100, 1000, 10000])
    parser.add_argument("--steps", type=int, nargs="*", default=[10**4, 10**5, 10**6])
    parser.add_argument("--latency", type=float, default=2e-6, help="of a message, seconds")
    parser.add_argument("--bandwidth", type=float, default=1e9, help="of a rank, bytes a second")
    parser.add_argument("--repetitions", type=int, default=15)
    chosen = parser.parse_args()
    measured = measure(chosen.program, chosen.repetitions)
    spread = measured["spread"]
    print(f"a trajectory and step: {1e6 * measured['step']:.3f} us; chunk times {min(spread):.2f} "
          f"to {max(spread):.2f} of their median; a result at rank 0: "
          f"{1e6 * measured['result']:.0f} us, {measured['bytes']} bytes")
    network = {"latency": chosen.latency, "bandwidth": chosen.bandwidth}
    print(f"{chosen.trajectories} trajectories, p = {P}: efficiency")
    print(f"{'steps':>9}" + "".join(f"{ranks:>8}" for ranks in chosen.ranks) + "  ranks")
    for steps in chosen.steps:
        seconds = steps * measured["step"]
        work = chosen.trajectories * seconds * statistics.mean(spread)
        cells = [work / ranks / simulate(ranks, chosen.trajectories, seconds, measured, network)
                 for ranks in chosen.ranks]
        print(f"{steps:>9}" + "".join(f"{cell:>8.3f}" for cell in cells), flush=True)


if __name__ == "__main__":
    main()
