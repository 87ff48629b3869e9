"""`sidyn conform --level numbers`: right implementations that compute otherwise stay below a
quarter of the bound, faults are far above it, in binary64 and in binary32."""
import concurrent.futures

from distances import FORMS, PRECISIONS, REFERENCE, Judged, variant

from common import case, finish, holds, same

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

finish()
