"""`make bench`: sidyn's backends against NumPy, C with GSL, and torch, in one run.

Each contender is a program that lives through the run and times itself (request.h). For every
workload an amount of work is found for each that takes --seconds; then repetition r runs each of
them once, in an order rotated by r. The tables have medians, smallest and largest times. A ratio is
the median of the ratios within a repetition, so that a machine that changes its speed does not
show. On one core time is what the thread had of its processor; with several threads it is the
clock's. docs/performance.md says more.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import time

import executable
import floors
import targets
from targets import ratio

TRAJECTORIES = 4096
COMPETITORS = {"numpy": "NumPy", "gsl": "C + GSL", "torch64": "torch, 64 bits",
               "torch32": "torch, 32 bits"}

# id, what, unit, request
WORKLOADS = [("normals", "W1 exact normals", "ns per normal", "normals")] + [
    (f"{name}-{p}", f"{title}, p={p}", "ns per coordinate and step",
     f"{name} p={p} count={TRAJECTORIES}")
    for name, title, dimensions in (
        ("sgd", "W2 noisy Rayleigh quotient, SGD + WD", (10, 100)),
        ("svag", "W3 the same, SVAG l=4", (10, 100)),
        ("em", "W3 the same, Euler-Maruyama m=4", (10, 100)),
        ("momentum", "W3 the same, momentum", (100,)),
        ("adamw", "W3 the same, AdamW", (100,)),
        ("linear", "W3 normalised linear model, 64 samples, SGD", (10, 100)),
    )
    for p in dimensions
] + [("completion", "bn_completion 50x50, 800 entries, gradient descent + WD",
      "ns per step of one trajectory", "completion p=50 count=1"),
     ("network", "network 64-32-32-(10), bn, relu, batch 32, SGD + WD",
      "ns per step of one trajectory", "network p=32 count=1"),
     ("ensemble", "network 64-16-(10), the same, 64 trajectories (stacked)",
      "ns per step of one trajectory", "network p=16 count=64")]
# who has the workloads of which not everybody is: the others are left out
ONLY = {"completion": ("numpy",), "network": ("numpy", "torch64"),
        "ensemble": ("numpy", "torch64")}
KINDS = ("sgd", "svag", "em", "momentum", "adamw", "linear")

# --profile: stages of a normal (stage.c), steps by problems that leave something out, and other
# dynamics and problems (bench.c)
STAGES = [
    ("raw", "PCG64 alone"),
    ("uniform", "PCG64, to a uniform"),
    ("radius", "candidate of the radius alone"),
    ("circle", "those of cosine and sine alone"),
    ("exact", "exact normals"),
]
STEPS = [
    ("decay", "step with neither gradient nor noise"),
    ("gradient", "step without noise"),
    ("noise", "step without gradient"),
    ("signs", "step with signs for normals"),
    ("sgd", "step"),
]
# beside the reference: name, dimension, what
OTHERS = [
    ("adam_l2", 100, "Adam with an L2 penalty, noisy Rayleigh quotient"),
    ("rmsprop", 100, "RMSProp, Rayleigh quotient without noise"),
    ("regression", 100, "bn_regression, 64 samples, Gaussian noise, SGD"),
    ("poisson", 100, "poisson, SGD"),
    ("trough", 3, "trough3, Gaussian noise, SGD"),
]


class Failure(Exception):
    """Something that makes the run worthless; one line."""


class Program:
    """A contender's process."""

    def __init__(self, command, **environment):
        self.command = command
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        text=True, env=os.environ | environment)

    def ask(self, request):
        try:
            self.process.stdin.write(request + "\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            pass
        line = self.process.stdout.readline()
        if not line:
            raise Failure(f"{' '.join(self.command)} ended at `{request}`")
        return json.loads(line)


class Contender:
    def __init__(self, name, label, program, options=""):
        self.name, self.label, self.program, self.options = name, label, program, options

    def ask(self, request):
        reply = self.program.ask(f"{request} {self.options}".rstrip())
        if "error" in reply:
            raise Failure(f"{self.label}: {request}: {reply['error']}")
        return reply


class Bench:
    """The contenders of this run, and how long and how often they are measured."""

    def __init__(self, programs, against, seconds, repetitions):
        self.seconds, self.repetitions = seconds, repetitions
        self.cpu = self.wall = 0.0
        self.ours = Program([os.path.join(programs, "bench")])
        self.info = self.ours.ask("info")
        if "error" in self.info:
            raise Failure(self.info["error"])
        self.backends = [Contender(name, f"sidyn {name}", self.ours, f"backend={name}")
                         for name in self.info["backends"]]
        # the backends of another revision; which of them ours are compared with
        self.revision, self.former, self.former_of = None, [], {}
        if against:
            self.compare_with(against)
        self.competitors, self.missing = [], {}
        script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "array_bench.py")
        for name, label in COMPETITORS.items():
            command = [os.path.join(programs, "gsl")] if name == "gsl" else [sys.executable, "-B",
                                                                             script, name]
            self.compete(name, label, command)

    def compare_with(self, folder):
        """The library of another revision (against.sh). Each backend against the one of its name;
        what is new against the fastest one that was there before it."""
        self.revision = os.path.basename(folder)
        program = Program([os.path.join(folder, "bench")])
        names = program.ask("info")["backends"]
        self.former = [Contender(f"{name}@{self.revision}", f"{self.revision} {name}", program,
                                 f"backend={name}") for name in names]
        last = names[0]
        for contender in self.backends:
            last = contender.name if contender.name in names else last
            self.former_of[contender.name] = f"{last}@{self.revision}"

    def knows(self, contender, request):
        """Whether another revision has the step of a request."""
        return "error" not in contender.program.ask(f"{request} {contender.options}")

    def compete(self, name, label, command):
        if not os.path.exists(command[0]):
            self.missing[name] = "not built: libgsl-dev or pkg-config is missing"
            return
        # one thread for whatever may want more
        program = Program(command, OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1",
                          MKL_NUM_THREADS="1")
        reply = program.ask("info")
        if "error" in reply:
            self.missing[name] = reply["error"]
        else:
            self.info[name] = reply["version"]
            self.competitors.append(Contender(name, label, program))

    def time(self, contender, request, clock="cpu"):
        """Nanoseconds a unit."""
        reply = contender.ask(request)
        if clock == "cpu":
            self.cpu += reply["cpu"]
            self.wall += reply["wall"]
        return 1e9 * reply[clock] / reply["units"]

    def amount(self, contender, request, amounts="steps", step=1):
        """How much of `amounts` (a multiple of step) takes the seconds wanted."""
        n = step
        while True:
            reply = contender.ask(f"{request} {amounts}={n}")
            short = self.seconds / max(reply["cpu"], 1e-6)
            if short < 2:
                return max(step, int(n * short) // step * step)
            n = int(n * min(short, 20)) // step * step

    def measure(self, contenders, request, **how):
        """Per contender the nanoseconds of every repetition."""
        if request.split()[0] in ("normals", "stage"):
            how = {"amounts": "count", "step": 8192}
        requests = {}
        for contender in contenders:
            requests[
                contender
            ] = f"{request} {how.get('amounts', 'steps')}={self.amount(contender, request, **how)}"
        times = {contender: [] for contender in contenders}
        for repetition in range(self.repetitions):
            first = repetition % len(contenders)
            for contender in contenders[first:] + contenders[:first]:
                times[contender].append(self.time(contender, requests[contender]))
        return {contender.name: values for contender, values in times.items()}


# ---- numbers -------------------------------------------------------------------------------------


def summary(values):
    return {"median": statistics.median(values), "min": min(values), "max": max(values),
            "all": values}


def shown(value, form):
    return "" if value is None else format(value, form)


# ---- parts of the run ----------------------------------------------------------------------------


def check_bits(bench):
    """The same digest from every backend, of all workloads; else there is nothing to compare."""
    requests = ["normals last=1 count=20001"]
    kinds = {*KINDS, *(name for name, _ in STEPS), *(name for name, p, _ in OTHERS if p == 100)}
    requests += ["trough p=3 count=37 steps=5 last=1"]
    requests += [f"network p={p} count=3 steps=5 last=1" for p in (11, 16, 32, 37)]
    requests += [f"completion p={p} count=3 steps=5 last=1" for p in (2, 7, 10, 17, 50)]
    requests += [f"{kind} p={p} count=37 steps=5 last=1" for kind in sorted(kinds)
                 for p in (2, 7, 10, 100)]
    for request in requests:
        digests = {contender.label: contender.ask(request)["digest"] for contender in bench.backends
                   + [c for c in bench.former if bench.knows(c, request)]}
        if len(set(digests.values())) != 1:
            raise Failure(f"{request}: the bits differ: " + ", ".join(
                f"{label} {digest}" for label, digest in digests.items()
            ))
    print(f"same bits: {len(requests)} workloads on "
          f"{', '.join(contender.label for contender in bench.backends + bench.former)}")


def check_physics(bench):
    """All contenders do the same: mean |x|^2 after 100 steps, of z^2 for normals,
    is sidyn's within what chance allows."""
    best = bench.backends[-1]
    requests = {"normals count=8192": 0.1} | {f"{kind} p=100 count=1024 steps=100": 0.05
                                              for kind in KINDS}
    requests |= {"network p=32 count=16 steps=50": 0.05, "network p=16 count=64 steps=50": 0.05}
    for request, tolerance in requests.items():
        expected = best.ask(request)["mean"]
        for contender in bench.competitors:
            if contender.name not in ONLY.get(request.split()[0], COMPETITORS):
                continue
            mean = contender.ask(request)["mean"]
            if not abs(mean / expected - 1) < tolerance:
                raise Failure(f"{contender.label} does something else: {request}: "
                              f"mean square {mean:.4g}, sidyn {expected:.4g}")


def table_head(title, unit, backends):
    print(f"\n{title}: {unit}")
    print(f"  {'':20}{'median':>8}{'min':>9} .. {'max':<8}"
          + "".join(f"{name + ' is':>15}" for name in backends) + f"{'of floor':>11}")


def table_row(label, row, backends):
    ns, faster = row["ns"], row["faster"]
    cells = [f"{faster[name]:13.2f} x" if name in faster else " " * 15 for name in backends]
    print(f"  {label:20}{ns['median']:8.2f}{ns['min']:9.2f} .. {ns['max']:<8.2f}{''.join(cells)}"
          f"{shown(row['floor_share'], '.0%'):>11}", flush=True)


def cycles_per_ns(bench):
    """The clock under load: the fastest of some."""
    return max(1 / bench.time(bench.backends[0], "clock count=30000000") for _ in range(5))


def exact_sums(bench):
    """ns for a number and its square in the exact sums of statistics: the least of many."""
    least = min(bench.time(bench.backends[0], "sums count=200000") for _ in range(50))
    print(f"\nExact sums: {least:.1f} ns for a number and its square", flush=True)
    return least


def compare(bench, cycles):
    """The tables; returns them for JSON, and the times."""
    tables, times = [], {}
    ours = [contender.name for contender in bench.backends]
    for name, title, unit, request in WORKLOADS:
        former = [c for c in bench.former if bench.knows(c, request)]
        contenders = bench.backends + former + [c for c in bench.competitors
                                                if c.name in ONLY.get(name, COMPETITORS)]
        clock = cycles_per_ns(bench)
        found = times[name] = bench.measure(contenders, request)
        table_head(title, unit, ours[1:])
        if len(former) < len(bench.former):
            print(f"  {bench.revision}: left out, it has no {name}")
        rows = []
        for contender in contenders:
            ns = summary(found[contender.name])
            faster = {backend: ratio(found, contender.name, backend)
                      for backend in ours if backend != contender.name}
            least = cycles.get(name.split("-")[0], {}).get(contender.name)
            share = least / clock / ns["median"] if least else None
            rows.append({"name": contender.name, "ns": ns, "faster": faster, "floor_share": share})
            table_row(contender.label, rows[-1], ours[1:])
        if name == "normals":
            print(f"  a pair of the reference takes {2 * statistics.median(found['ref']):.0f} ns")
        tables.append({"id": name, "title": title, "unit": unit, "cycles_per_ns": clock,
                       "contenders": rows})
    return tables, times


def compare_revisions(bench, times, chosen):
    """Shares of another revision's time, {(workload, backend): share}: the median of the ratios."""
    print(f"\nShare of the time of {bench.revision}")
    print(f"  {'':16}" + "".join(f"{contender.name:>12}" for contender in bench.backends))
    shares = {}
    for workload, found in times.items():
        cells = ""
        for contender in bench.backends:
            value = ratio(found, contender.name, bench.former_of[contender.name])
            if value is not None:
                shares[workload, contender.name] = value
            cells += f"{shown(value, '.2f'):>12}"
        print(f"  {workload:16}{cells}")
    new, old = (os.path.join(folder, "sidyn")
                for folder in (os.path.join(chosen.programs, "../.."), chosen.against))
    best = bench.backends[-1].name
    share = executable.verify_share(new, old, 1 if chosen.quick else 3)
    shares["verify", best] = share
    print(f"  verify, quick tier, the checks of {bench.revision}, two threads, {best}: {share:.2f}")
    new_ones = [f"{name} by {former}" for name, former in bench.former_of.items()
                if name != former.split("@")[0]]
    if new_ones:
        print(f"  {', '.join(new_ones)}")
    return shares


def scale(bench, quick):
    """How the time of a coordinate and step grows with N, p and threads."""
    best, vector = bench.backends[-1], bench.backends[1:] or bench.backends
    result = {"N": [], "p": [], "threads": []}
    steps = 20 if quick else 100
    print("\nGrowth, W2: ns per coordinate and step\n"
          f"  N trajectories, {best.name}, p=10, {steps} steps, start included:", end="")
    expected = 0.0  # seconds of the next run
    for n in (1000, 10000, 100000, 1000000):
        if expected > 5:
            print(f"  {n}: would take {expected:.0f} s", end="")
            break
        request = f"sgd p=10 count={n} steps={steps} repeat={max(1, 100000 // n)}"
        values = [bench.time(best, request)
                  for _ in range(2 if n == 1000000 else bench.repetitions)]
        result["N"].append({"N": n, "p": 10, "steps": steps, "ns": summary(values)})
        expected = 1e-9 * statistics.median(values) * 10 * n * 10 * steps
        print(f"  {n}: {statistics.median(values):.2f}", end="", flush=True)
    print("\n  dimension p:")
    dimensions = (2, 10, 100, 1000) if quick else (2, 3, 5, 10, 20, 50, 100, 200, 500, 1000)
    print("  " + " " * 16 + "".join(f"{p:>8}" for p in dimensions))
    # fewer trajectories in large dimensions, so that there are steps enough for the start not to
    # count
    rows = [bench.measure(vector, f"sgd p={p} count={TRAJECTORIES * 100 // max(p, 100) // 16 * 16}")
            for p in dimensions]
    for contender in vector:
        print(f"  {contender.label:16}" + "".join(f"{statistics.median(row[contender.name]):8.2f}"
                                                  for row in rows))
    for p, row in zip(dimensions, rows):
        result["p"].append({"p": p, "ns": {name: summary(values) for name, values in row.items()}})
    for contender in bench.backends[:1] + bench.backends[1:][-1:]:
        result["threads"].append(threads(bench, contender))
    return result


def threads(bench, contender):
    """Two threads against one, by the clock."""
    if len(os.sched_getaffinity(0)) < 2:
        print(f"  threads, {contender.label}: not measured, there is one processor")
        return {"name": contender.name, "faster": None}
    request = f"sgd p=100 count={TRAJECTORIES}"
    request += f" steps={2 * bench.amount(contender, request)}"
    values = {count: [] for count in (1, 2)}
    for repetition in range(bench.repetitions):
        for count in (1, 2) if repetition % 2 else (2, 1):
            values[count].append(bench.time(contender, f"{request} threads={count}", clock="wall"))
    gain = ratio(values, 1, 2)
    print(f"  threads, {contender.label}, p=100, by the clock: "
          f"1: {statistics.median(values[1]):.2f}  2: {statistics.median(values[2]):.2f}"
          f"  gain {gain:.2f}")
    return {"name": contender.name,
            "ns": {count: summary(times) for count, times in values.items()}, "faster": gain}


def judge(bench, times, growth, shares):
    """Prints what is wanted; returns it, and how much of it is missed."""
    names = bench.info["backends"]
    rows = targets.judge(names, times, growth)
    if bench.revision == targets.REVISION:
        lenient = maker() == "AuthenticAMD" and all(row["met"] for row in rows)
        rows += targets.judge_shares(names, shares, lenient)
    print("\nTargets")
    for row in rows:
        word = "met" if row["met"] else "not measured" if row["value"] is None else "MISSED"
        print(f"  {row['what']:48}{shown(row['value'], '10.2f'):>10}  {row['wanted']:16} {word}")
    return rows, sum(not row["met"] for row in rows)


def profile(bench):
    """Where the time goes: stages alone, steps that leave one out, and other steps."""
    vector, table = bench.backends[1:], []
    if not vector:
        raise Failure("--profile is about the vector backends, and there is none here")
    for title, contenders, requests in (
        ("ns per normal", vector, [(f"stage stage={name}", what) for name, what in STAGES]),
        ("ns per coordinate and step, p=10", vector,
         [(f"{name} p=10 count={TRAJECTORIES}", what) for name, what in STEPS]),
        ("ns per coordinate and step, p=100", vector,
         [(f"{name} p=100 count={TRAJECTORIES}", what) for name, what in STEPS]),
        ("ns per coordinate and step, p=100, trough3 p=3", bench.backends,
         [(f"{name} p={p} count={TRAJECTORIES}", what) for name, p, what in OTHERS]),
    ):
        print(f"\n{title:54}" + "".join(f"{contender.name:>12}" for contender in contenders))
        for request, what in requests:
            times = bench.measure(contenders, request)
            print(f"  {what:52}" + "".join(f"{statistics.median(times[contender.name]):12.2f}"
                                           for contender in contenders), flush=True)
            table.append({"request": request, "what": what,
                          "ns": {name: summary(values) for name, values in times.items()}})
    return table


# ---- the run -------------------------------------------------------------------------------------


def cpuinfo(field):
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            return next(line.split(":", 1)[1].strip() for line in file if line.startswith(field))
    except (OSError, StopIteration):
        return ""


def processor():
    return cpuinfo("model name") or platform.processor() or platform.machine()


def maker():
    return cpuinfo("vendor_id")


def options():
    parser = argparse.ArgumentParser(
        prog="make bench", description="Speed of sidyn's backends against what else there is."
    )
    parser.add_argument("--programs", required=True, help="folder of the programs that are timed")
    parser.add_argument("--out", required=True,
                        help="JSON file; --profile puts -profile before its suffix")
    parser.add_argument("--against", help="folder that against.sh made of another revision")
    parser.add_argument("--quick", action="store_true", help="shorter, noisier")
    parser.add_argument("--profile", action="store_true",
                        help="stages of the kernels instead of the comparison")
    parser.add_argument("--no-targets", action="store_true", help="a missed target is no failure")
    parser.add_argument("--repetitions", type=int, help="at least 5; default 9, quick 5")
    parser.add_argument("--seconds", type=float, help="of one measurement; default 0.2, quick 0.03")
    chosen = parser.parse_args()
    chosen.repetitions = chosen.repetitions or (5 if chosen.quick else 9)
    chosen.seconds = chosen.seconds or (0.03 if chosen.quick else 0.2)
    if chosen.repetitions < 5 or chosen.seconds <= 0:
        parser.error("--repetitions is at least 5, --seconds above 0")
    if chosen.profile:
        chosen.out = "-profile".join(os.path.splitext(chosen.out))
    return chosen


def whole(bench, chosen):
    """Start-up and memory."""
    programs = {"sidyn": os.path.join(chosen.programs, "../../sidyn")}
    if bench.revision:
        programs[f"{bench.revision} sidyn"] = os.path.join(chosen.against, "sidyn")
    others = {contender.label: contender.program.command for contender in bench.competitors
              if contender.name in ("numpy", "gsl")}
    return executable.measure(programs, others, bench.repetitions)


def write(path, result):
    with open(path + ".new", "w", encoding="utf-8") as file:
        json.dump(result, file, indent=1)
        file.write("\n")
    os.replace(path + ".new", path)


def run(chosen):
    started, load = time.time(), os.getloadavg()[0]
    bench = Bench(chosen.programs, chosen.against, chosen.seconds, chosen.repetitions)
    names = ", ".join(str(value) for key, value in bench.info.items() if key in COMPETITORS)
    print(f"sidyn {bench.info['sidyn']}, compiler {bench.info['compiler']}, "
          f"SLEEF {bench.info['sleef']}; {names}")
    for name, why in bench.missing.items():
        print(f"{COMPETITORS[name]}: {why}")
    print(f"{processor()}, {os.cpu_count()} processors, load {load:.1f}; "
          f"medians of {chosen.repetitions}")
    result = {"schema": "sidyn-bench-1", "processor": processor(), "processors": os.cpu_count(),
              "load": load, "time": int(started), "versions": bench.info, "missing": bench.missing,
              "repetitions": chosen.repetitions, "seconds": chosen.seconds}
    missed = 0
    check_bits(bench)
    check_physics(bench)
    if chosen.profile:
        result["profile"] = profile(bench)
    else:
        cycles = floors.cycles(chosen.programs, bench.info["backends"], maker())
        if isinstance(cycles, str):
            print(f"floors: not known, {cycles}")
            cycles = {}
        result["floors"] = cycles  # cycles
        result["workloads"], times = compare(bench, cycles)
        result["growth"] = scale(bench, chosen.quick)
        result["growth"]["sums"] = exact_sums(bench)
        result["programs"] = whole(bench, chosen)
        shares = {}
        if bench.revision:
            shares = compare_revisions(bench, times, chosen)
            result["against"] = {"revision": bench.revision, "shares": [
                {"workload": workload, "backend": backend, "share": share}
                for (workload, backend), share in shares.items()]}
        if "avx512" in bench.info["backends"]:
            result["targets"], missed = judge(bench, times, result["growth"], shares)
        else:
            print("\nTargets: not judged, they are for a machine with AVX-512")
    result["busy"] = bench.wall / bench.cpu
    write(chosen.out, result)
    busy = ""
    if result["busy"] > 1.1:
        busy = f"; the machine was busy: {result['busy']:.1f} seconds for each second of work"
    print(f"\n{chosen.out} written, {time.time() - started:.0f} s{busy}")
    if missed and not chosen.no_targets:
        raise Failure(
            f"{missed} of the targets missed or not measured (--no-targets only shows them)"
        )


def main():
    try:
        run(options())
    except (Failure, executable.Failed) as failure:
        print(f"bench: {failure}", file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
