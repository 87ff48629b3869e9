"""What `make bench` has to reach on a machine with AVX-512 (docs/performance.md)."""

import statistics

WIDE = "AVX-512"  # the faster of the two backends that the machine has
# workload, backend, competitor, at least so many times as fast
RATIOS = [
    ("normals", "avx512ifma", "numpy", 8.5),
    ("normals", "avx512ifma", "gsl", 4.5),
    ("normals", "avx512", "numpy", 7.3),
    ("normals", "avx512", "gsl", 3.8),
    ("normals", "avx2", "numpy", 4.5),
    ("normals", "avx2", "gsl", 2.3),
    ("sgd-100", "avx512ifma", "numpy", 9.0),
    ("sgd-100", "avx512ifma", "gsl", 4.0),
    ("sgd-100", "avx512", "numpy", 8.0),
    ("sgd-100", "avx512", "gsl", 3.5),
    ("sgd-100", "avx2", "numpy", 4.8),
    ("sgd-100", "avx2", "gsl", 2.1),
    ("sgd-10", WIDE, "numpy", 7.0),
    ("sgd-10", WIDE, "gsl", 3.5),
    ("sgd-10", "avx2", "numpy", 3.8),
    ("sgd-10", "avx2", "gsl", 1.9),
    ("linear-100", WIDE, "gsl", 2.5),
    ("linear-100", "avx2", "gsl", 1.8),
    ("momentum-100", WIDE, "numpy", 6.0),
    ("adamw-100", WIDE, "numpy", 6.0),
    ("completion", WIDE, "numpy", 30.0),
    ("completion", "avx2", "numpy", 20.0),
    ("network", WIDE, "numpy", 15.0),
    ("network", "avx2", "numpy", 10.0),
    ("ensemble", WIDE, "numpy", 10.0),
    ("ensemble", "avx2", "numpy", 7.0),
]
COMPLETION = {"ref": 30000.0, "avx512": 8000.0}  # ns per step
PAIR = 300.0  # ns, two normals of the reference
THREADS = 1.8
SUMS = 15.0  # ns, a number and its square in the exact sums of statistics

# workload, backend, at most this share of the time of REVISION. On AMD, where AVX-512 was nearer to
# its floor then, LENIENCE more if all ratios hold.
REVISION = "512a149"
SHARES = [
    ("normals", "avx512ifma", 0.52),
    ("normals", "avx512", 0.62),
    ("normals", "avx2", 0.64),
    ("normals", "ref", 0.85),
    ("sgd-100", "avx512ifma", 0.58),
    ("sgd-100", "avx512", 0.66),
    ("sgd-100", "avx2", 0.68),
    ("sgd-10", WIDE, 0.66),
    ("sgd-10", "avx2", 0.72),
    ("momentum-100", WIDE, 0.12),
    ("adamw-100", WIDE, 0.12),
    ("completion", WIDE, 0.58),
    ("completion", "avx2", 0.64),
    ("verify", WIDE, 0.6),
]
LENIENCE = 0.1


def backend_of(name, backends):
    """The backend that a target means, or None where the machine has none: AVX-512 without IFMA."""
    if name == WIDE:
        return "avx512ifma" if "avx512ifma" in backends else "avx512"
    return name if name in backends else None


def ratio(times, slower, faster):
    """How many times faster: the median over the repetitions."""
    if slower not in times or faster not in times:
        return None
    return statistics.median(a / b for a, b in zip(times[slower], times[faster]))


def judge(backends, times, growth):
    """[{what, value, wanted, met}], apart from the shares; met is false where something is
    missing, value None."""
    rows = []

    def row(what, value, wanted, least):
        met = value is not None and (value >= wanted if least else value <= wanted)
        rows.append({"what": what, "value": value, "met": met,
                     "wanted": f"{'at least' if least else 'at most'} {wanted:.5g}"})

    for workload, name, competitor, wanted in RATIOS:
        backend = backend_of(name, backends)
        if backend:
            row(f"{workload}: {backend} against {competitor}",
                ratio(times[workload], competitor, backend), wanted, True)
    row("normals: ns per pair of ref", 2 * statistics.median(times["normals"]["ref"]), PAIR, False)
    for backend, wanted in COMPLETION.items():
        row(f"completion: ns per step of {backend}",
            statistics.median(times["completion"][backend]), wanted, False)
    row("exact sums: ns per number and its square", growth["sums"], SUMS, False)
    for threads in growth["threads"]:
        row(f"two threads against one, {threads['name']}", threads["faster"], THREADS, True)
    return rows


def judge_shares(backends, shares, lenient):
    """The same for {(workload, backend): share of REVISION's time}."""
    rows = []
    for workload, name, wanted in SHARES:
        backend = backend_of(name, backends)
        if not backend:
            continue
        most = wanted + (LENIENCE if lenient and "avx512" in backend else 0.0)
        value = shares.get((workload, backend))
        rows.append({"what": f"{workload}: {backend} of {REVISION}'s time", "value": value,
                     "wanted": f"at most {most:.3g}", "met": value is not None and value <= most})
    return rows
