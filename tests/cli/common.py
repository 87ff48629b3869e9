"""What the tests of the command line share: running sidyn, TAP lines, experiments,
variants of the executable."""

import atexit
import contextlib
import copy
import glob
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.path.join(ROOT, os.environ.get("B", "build/gcc-O2"))
WRAPPER = shlex.split(os.environ.get("EXEC_WRAPPER", ""))
SIDYN = os.path.join(BUILD, "sidyn")
TMP = tempfile.mkdtemp(prefix="sidyn-cli.")
atexit.register(shutil.rmtree, TMP, ignore_errors=True)
os.environ.pop("SID_BACKEND", None)
# A job in the background of a script ignores interrupts, and its children would; these tests send
# them.
for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
    signal.signal(number, signal.SIG_DFL)

# ---- TAP -----------------------------------------------------------------------------------------

_results = []


@contextlib.contextmanager
def case(name):
    """One test: passes if the block ends without an exception."""
    failure = None
    try:
        yield
    except Exception as error:  # a broken test is a failed one, whatever broke it
        failure = " ".join(f"{type(error).__name__}: {error}".split())[:600]
    _results.append(failure)
    print(f"{'ok' if failure is None else 'not ok'} {len(_results)} - {' '.join(name.split())}",
          flush=True)
    if failure is not None:
        print(f"# {failure}", flush=True)


def finish():
    print(f"1..{len(_results)}")
    sys.exit(1 if any(_results) or not _results else 0)


def same(actual, expected, what="value"):
    if actual != expected:
        raise AssertionError(f"{what}: {actual!r:.300} instead of {expected!r:.300}")


def holds(condition, what):
    if not condition:
        raise AssertionError(what)


# ---- running -------------------------------------------------------------------------------------


def command(*arguments, program=SIDYN):
    return [*WRAPPER, program, *map(str, arguments)]


def sidyn(*arguments, program=SIDYN, **options):
    """Runs sidyn; bytes in stdout and stderr."""
    options.setdefault("timeout", 120)
    options.setdefault("stdout", subprocess.PIPE)
    options.setdefault("stderr", subprocess.PIPE)
    return subprocess.run(command(*arguments, program=program), check=False, **options)


def output(*arguments, **options):
    """The standard output of a run that must succeed without a word on standard error."""
    result = sidyn(*arguments, **options)
    same((result.returncode, result.stderr), (0, b""),
         "status and stderr of " + " ".join(map(str, arguments)))
    return result.stdout


def conform_sum(text):
    """(judged, unsupported, passed, failed) of the last line of sidyn conform."""
    last = text.rstrip("\n").split("\n")[-1]
    found = re.fullmatch(r"(\d+) judged, (\d+) unsupported: (\d+) passed, (\d+) failed", last)
    holds(found, f"the last line is {last!r}")
    return tuple(map(int, found.groups()))


def conform_passes(tested, required=(), options=(), least=1, seconds=550):
    """sidyn conform judges a command: at least so many cases, all pass, among them some of each
    pattern of `required`. Returns its output."""
    patterns = [word for pattern in required for word in ("--require", pattern)]
    done = subprocess.run(command("conform", *options, *patterns, "--", *tested), check=False,
                          stdout=subprocess.PIPE, text=True, timeout=seconds)
    print(f"# {done.stdout.rstrip().split(chr(10))[-1]}")
    same(done.returncode, 0, done.stdout[-1500:])
    judged, _, passed, failed = conform_sum(done.stdout)
    same((passed, failed), (judged, 0), "passed and failed")
    holds(judged >= least, f"{judged} cases; wanted: {least}")
    return done.stdout


def refused(result, *fragments, status=2):
    """Nothing on stdout and one printable line on stderr, with all the fragments in it.
    Returns the line."""
    line = result.stderr.decode(errors="backslashreplace")
    same(result.returncode, status, f"status ({line!r})")
    same(result.stdout or b"", b"", "stdout")
    holds(re.fullmatch(r"sidyn: [^\x00-\x1f\x7f]+\n", line), f"not one line: {line!r}")
    for fragment in fragments:
        holds(fragment in line, f"{fragment!r} is not in {line!r}")
    return line


def backends():
    """The names of the backends that this machine can run."""
    names = re.findall(r"(?m)^(?:backends)? +(\w+): \d+ lanes?, usable", output("info").decode())
    holds("ref" in names, f"info does not list ref: {names}")
    return names


# ---- files and experiments -----------------------------------------------------------------------


def path_of(name):
    return os.path.join(TMP, name)


def write(name, content):
    """A file in the temporary folder; bytes, text, or something to write as JSON.
    Returns its path."""
    if not isinstance(content, (bytes, str)):
        content = json.dumps(content)
    with open(path_of(name), "wb") as file:
        file.write(content if isinstance(content, bytes) else content.encode())
    return path_of(name)


def read(path):
    with open(path, "rb") as file:
        return file.read()


def rows_of(csv):
    """The lines of a CSV text, split; the first is the head."""
    return [line.split(",") for line in csv.decode().splitlines()]


def experiment(base, **changes):
    """A copy of an experiment with other top-level fields; None removes one."""
    changed = copy.deepcopy(base) | changes
    return {key: value for key, value in changed.items() if value is not None}


def spec_example():
    """The experiment that section 12 of docs/spec.md prints."""
    text = read(os.path.join(ROOT, "docs/spec.md")).decode()
    return json.loads(re.search(r'^    (\{"schema".*?\})\n\n', text, re.S | re.M).group(1))


def fixture_cases():
    """-0 is minus zero, which json would read as 0."""
    return json.loads(read(os.path.join(ROOT, "fixtures/trajectories.json")),
                      parse_int=lambda digits: -0.0 if digits == "-0" else int(digits))["cases"]


RAYLEIGH = {
    "schema": "sidyn-experiment-1",
    "problem": {"kind": "rayleigh", "dim": 3, "spectrum": [1, 2, 2.5],
                "noise": {"kind": "gaussian", "sigma": 0.3}},
    "dynamics": {"kind": "svag", "l": 4},
    "schedule": {"kind": "constant", "lr": 0.1, "wd": 0.001},
    "start": {"kind": "point", "x": [1, 0, 1]},
    "seed": 7,
    "steps": 20,
    "checkpoints": [0, 10, 20],
    "observables": ["norm2", "plane_angle"],
    "plane": [[1, 0, 0], [0, 1, 0]],
}
LINEAR = {
    "schema": "sidyn-experiment-1",
    "problem": {"kind": "normalised_linear", "dim": 2, "features": [[1, 2], [0.5, -1], [3, 0]],
                "labels": [1, -1, 0.5], "noise": {"kind": "samples"}},
    "dynamics": {"kind": "sgd", "batch": 2},
    "schedule": {"kind": "cosine", "lr": 0.2, "lr_min": 0.01, "period": 16, "wd": 0.1},
    "start": {"kind": "sphere", "radius": 2},
    "seed": "18446744073709551615",
    "steps": 30,
    "checkpoints": {"every": 7},
    "observables": ["loss", "grad_norm2", "noise_trace", "step_angle", "effective_lr", "gamma", "f",
                    "x"],
}
FAMILY = {
    "schema": "sidyn-experiment-1",
    "problem": {"kind": "quadratic_samples", "dim": 1, "a": [[1], [2]], "b": [[0.5], [-0.5]],
                "weights": [0.25, 0.75]},
    "dynamics": {"kind": "sde", "substeps": 2},
    "schedule": {"kind": "piecewise",
                 "segments": [{"start": 0, "lr": 0.1},
                              {"start": 5, "lr": 0.05, "wd": 0.2, "rescale": 2}]},
    "start": {"kind": "gaussian", "scale": "3ff0000000000000"},
    "seed": 1,
    "steps": 12,
}
NOISY = {
    "schema": "sidyn-experiment-1",
    "problem": {"kind": "quadratic_noisy", "dim": 2, "spectrum": [1, -0.5],
                "noise": {"kind": "rademacher", "scale": [0.1, 0.2]}},
    "dynamics": {"kind": "sde2", "substeps": 3},
    "schedule": {"kind": "exponential", "lr": 0.1, "factor": 0.99},
    "start": {"kind": "point", "x": [1, 2]},
    "seed": 3,
    "steps": "8",
    "checkpoints": ["0", 8],
    "observables": ["x"],
}
DRIFT = {
    "schema": "sidyn-experiment-1",
    "problem": {"kind": "noise_only", "dim": 4, "noise": {"kind": "sphere", "sigma": 1}},
    "dynamics": {"kind": "noisy_gd"},
    "schedule": {"kind": "triangle", "lr": 0.1, "period": 4},
    "start": {"kind": "sphere", "radius": 1},
    "seed": 0,
    "steps": 9,
}
RATIO = {
    "schema": "sidyn-experiment-1",
    "problem": {"kind": "ratio2", "noise": {"kind": "none"}},
    "dynamics": {"kind": "gd"},
    "schedule": {"kind": "constant", "lr": 0.1},
    "start": {"kind": "point", "x": [1, 0.5]},
    "seed": 0,
    "steps": 3,
}
TROUGH = {
    "schema": "sidyn-experiment-1",
    "problem": {"kind": "trough3"},
    "dynamics": {"kind": "projected_gd"},
    "schedule": {"kind": "constant", "lr": 0.1, "wd": 0.01},
    "start": {"kind": "point", "x": [0.5, 0.75, 0.625]},
    "seed": 4,
    "steps": 12,
    "checkpoints": [0, 1, 12],
    "observables": ["manifold_h", "manifold_angle", "spherical_sharpness", "midpoint_loss",
                    "effective_lr"],
}
RIDGE = {
    "schema": "sidyn-experiment-1",
    "problem": {"kind": "ridge3", "noise": {"kind": "gaussian", "sigma": 0.5}},
    "dynamics": {"kind": "rmsprop", "beta": 0.9, "v0": 0.25},
    "schedule": {"kind": "piecewise",
                 "segments": [{"start": 0, "lr": 0.1}, {"start": 3, "lr": 0.2, "rescale": 1}]},
    "start": {"kind": "uniform", "scale": 2},
    "seed": 5,
    "steps": 7,
    "observables": ["midpoint_sharpness", "x"],
}
REGRESSION = {
    "schema": "sidyn-experiment-1",
    "problem": {"kind": "bn_regression", "dim": 2, "features": [[1, 2], [0.5, -1], [3, 0]],
                "labels": [1, -1, 0.5], "noise": {"kind": "rademacher", "sigma": 0.1}},
    "dynamics": {"kind": "adam_l2", "alpha": 0.1, "beta": 0.9, "beta2": 0.99, "eps": 1e-8},
    "schedule": {"kind": "cosine", "lr": 1, "period": 16, "wd": 0.1},
    "start": {"kind": "sphere", "radius": 2},
    "seed": 6,
    "steps": 15,
    "checkpoints": {"every": 5},
}
COMPLETION = {
    "schema": "sidyn-experiment-1",
    "problem": {"kind": "bn_completion", "rows": 2, "cols": 3, "inner": 2,
                "entries": [[0, 0], [0, 2], [1, 0], [1, 1]], "labels": [1, -1, 0.5, 0.25],
                "matrix": [[1, 0, -1], [0.5, 0.25, 2]]},
    "dynamics": {"kind": "gd"},
    "schedule": {"kind": "exponential", "lr": 0.1, "factor": 0.99, "wd": 0.01},
    "start": {"kind": "uniform", "scale": 0.5},
    "seed": 8,
    "steps": 9,
    "observables": ["test_loss", "midpoint_test_loss", "loss", "x"],
}
POISSON = {
    "schema": "sidyn-experiment-1",
    "problem": {"kind": "poisson", "dim": 2, "mean": 1, "exp_minus_mean": "3fd78b56362cef38"},
    "dynamics": {"kind": "momentum", "beta": 0.5, "batch": 2},
    "schedule": {"kind": "constant", "lr": 0.1},
    "start": {"kind": "gaussian", "scale": 1},
    "seed": 9,
    "steps": 6,
    "observables": ["loss", "noise_trace", "x"],
}
NETWORK = {
    "schema": "sidyn-experiment-1",
    "problem": {"kind": "network", "layers": [{"dense": 8}, {"dense": 8}],
                "norm": {"kind": "gn", "groups": 2}, "activation": "swish",
                "loss": "cross_entropy", "temperature": 2, "classes": 4,
                "data": {"blobs": {"seed": 1, "shape": [2, 4, 1], "centres": 6, "spread": 30},
                         "train": [0, 20], "test": [10, 30], "scale": 0.015625, "centre": 2},
                "noise": {"kind": "samples"}},
    "dynamics": {"kind": "sgd", "batch": 4},
    "schedule": {"kind": "constant", "lr": 0.1, "wd": 0.01},
    "start": {"kind": "gaussian", "scale": 0.3},
    "seed": 1, "steps": 6, "checkpoints": [0, 2, 6],
    "observables": ["test_loss", "layer_norm2", "accuracy", "test_accuracy", "test_classes"],
}
BASES = {"rayleigh": RAYLEIGH, "linear": LINEAR, "family": FAMILY, "noisy": NOISY, "drift": DRIFT,
         "ratio": RATIO, "trough": TROUGH, "ridge": RIDGE, "regression": REGRESSION,
         "completion": COMPLETION, "poisson": POISSON, "network": NETWORK}
# Takes far longer than any test waits.
ENDLESS = experiment(RATIO, steps=2**53, checkpoints=[0])

# ---- schemas and variants ------------------------------------------------------------------------


def validator(name):
    import jsonschema

    schema = json.loads(read(os.path.join(ROOT, "fixtures/schema", name)))
    jsonschema.Draft7Validator.check_schema(schema)
    return jsonschema.Draft7Validator(schema)


def sources(*patterns):
    """Files that sidyn is made of; verify/adapters/ are programs of their own."""
    return sorted(path for pattern in patterns for path in glob.glob(pattern, root_dir=ROOT)
                  if not path.startswith(("verify/adapters/", "verify/mpi/")))


def objects(paths):
    return [os.path.join(BUILD, os.path.splitext(path)[0] + ".o") for path in paths]


def build(name, inputs, *flags):
    """Links a variant of sidyn with the flags of the build under test. Later definitions of a
    function in the library are ignored."""
    words = shlex.split(read(os.path.join(BUILD, "HOSTED.flags")).decode())
    libraries = [word for word in words if word.startswith("-l")]
    archives = [os.path.join(BUILD, archive) for archive in ("libsidyn_simd.a", "libsidyn.a")]
    made = subprocess.run([*words, *flags, *inputs, *archives, *libraries, "-o", path_of(name)],
                          cwd=ROOT, capture_output=True, check=False)
    holds(made.returncode == 0, f"{name} does not build: {made.stderr.decode()[:500]}")
    return path_of(name)
