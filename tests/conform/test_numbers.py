"""`sidyn conform --level numbers`: right implementations that compute otherwise stay below a
quarter of the bound, faults are far above it, in binary64 and in binary32."""
import concurrent.futures
import json
import re
import struct

from distances import FORMS, PRECISIONS, REFERENCE, Judged, variant

from common import case, finish, holds, path_of, same

# Where each fault is to be seen.
FAULTS = {
    "lr-half-precision": "step.*.sgd", "decay-1e-3": "step.*.sgd", "noise-1e-3": "noise.*",
    "second-term-1e-3": "gradient.*", "norm-eps": "gradient.*",
    "variance-eps": "gradient.bn_regression.*", "variance-n-1": "loss.bn_completion.*",
    "no-batch-mean": "step.*.sgd", "noise-norm-squared": "noise.*", "svag-root": "step.*.svag",
    "svag-lr": "step.*.svag", "noise-not-tangential": "noise.*",
    "adam-eps-inside": "step.*.adamw", "adam-no-correction": "step.*.adam_l2",
    "decay-after": "step.*.sgd", "sde2-half": "step.*.sde2", "sde-substeps": "step.*.sde",
    "sharpness-size": "sharpness.*", "cosine-rises": "schedule.cosine",
    "hessian-symmetric": "hessian_vector.*", "normals-sine": "normals_from_raws",
    "trace-p": "noise_trace.*", "step-refused": "step.*.gd", "run-short": "run.*.gd",
}
# How far beyond the bound.
SEEN = {"binary64": 1e8, "binary32": 10}


def exact(value):
    """Whether all real numbers of a request are exact in binary32. Texts are integers."""
    if isinstance(value, dict):
        return all(exact(part) for part in value.values())
    if isinstance(value, list):
        return all(exact(part) for part in value)
    return not isinstance(value, float) or struct.unpack("f", struct.pack("f", value))[0] == value


def faulty(precision, fault):
    return Judged(variant(precision, fault=fault), "--level", "numbers", "--only",
                  f"numbers.{FAULTS[fault]}.*")


with case("the reference is its own"):
    Judged(REFERENCE, "--level", "numbers").right(0)

with concurrent.futures.ThreadPoolExecutor(2) as pool:
    # In all cases of seed 2 each part of the bound is needed.
    forms = {(form, precision): pool.submit(
                 Judged, variant(precision, form), "--seed", "2",
                 *(["--level", "numbers"] if form == "reversed" else ["--only", "numbers.*"]))
             for form in FORMS for precision in PRECISIONS}
    faults = {(fault, precision): pool.submit(faulty, precision, fault)
              for fault in FAULTS for precision in PRECISIONS}
    for (form, precision), task in forms.items():
        with case(f"{form}, {precision}: below a quarter of the bound"):
            task.result().right(0.25)
    for (fault, precision), task in faults.items():
        with case(f"{fault}, {precision}: {SEEN[precision]:g} times the bound"):
            same(task.result().status, 1, "status")
            holds(task.result().distance() >= SEEN[precision], f"{task.result().distance()}")

with case("every number of a request to a command in binary32 is exact there"):
    log = path_of("transcript")
    Judged(variant("binary32"), "--level", "numbers", "--transcript", log,
           "--only", "numbers.*.0")
    with open(log, encoding="utf-8") as file:
        asked = [json.loads(line[3:]) for line in file if line.startswith("-> ")]
    holds(len(asked) > 500, f"{len(asked)} requests")
    same([q for q in asked if not exact(q)], [], "requests")

with case("a message names the place, both numbers and the distance"):
    judged = Judged(variant("binary64", fault="decay-1e-3"), "--only", "numbers.step.*.sgd.0")
    messages = [c["message"] for c in judged.cases if c["verdict"] == "fail"]
    number = r"-?\d\S*"
    for message in messages:
        holds(re.fullmatch(rf"state\.x\[\d+\]: {number} instead of {number}, {number} times what "
                           "rounding explains", message), message)
    holds(any(m in judged.text for m in messages), judged.text)

with case("messages of a trajectory name the step, those of an end the end"):
    for fault, only, pattern in (
            ("decay-1e-3", "trajectory.*.sgd.0", r"step \d+: state\.x\[\d+\]: .* explains"),
            ("step-refused", "step.*.gd.0", "the step is refused: origin, instead of taken"),
            ("run-short", "run.*.gd.0", r'ends at step (\d+) with "" and \d+ rows instead of step '
                                        r'\1 with "" and \d+ rows')):
        judged = Judged(variant("binary64", fault=fault), "--only", f"numbers.{only}")
        for message in [c["message"] for c in judged.cases if c["verdict"] == "fail"]:
            holds(re.fullmatch(pattern, message), message)
        same(judged.status, 1, fault)

with case("remarks: the worst case, and the horizon"):
    whole = {}
    for precision, moved in (("binary64", "1e-08"), ("binary32", "0.001")):
        remarks = Judged(variant(precision), "--level", "numbers", "--only",
                         "numbers.trajectory.*.adamw.0").remarks
        holds(re.match(rf"numbers: {precision}, worst: numbers\.trajectory\.\S+, step \d+: state\.",
                       remarks[0]), remarks[0])
        found = re.fullmatch(
            r"numbers: horizon of 11 trajectories: (\d+) of 32 steps, (\d+) fewer, at least \d+ "
            rf"\(numbers\.\S+\), as rounding moves the reference by more than {moved}", remarks[1])
        holds(found and sum(map(int, found.groups())) == 11, remarks[1])
        whole[precision] = int(found[1])
    holds(whole["binary32"] < whole["binary64"], whole)

finish()
