"""What `sidyn conform --level numbers` asks, and what it says: numbers that are exact, every noise
and dynamics, messages and remarks."""
import collections
import json
import math
import re
import struct

from distances import REFERENCE, Judged, variant

from common import case, finish, holds, path_of, same


NOISES = {"gaussian", "rademacher", "sphere", "samples", "poisson"}
DRAWN = {"sgd", "svag", "noisy_gd", "sde", "sde2", "momentum", "adam_l2", "adamw"}
SILENT = {"gd", "projected_gd", "rmsprop", "quasi_rmsprop"}


def requests(log):
    with open(log, encoding="utf-8") as file:
        return [json.loads(line[3:]) for line in file if line.startswith("-> ")]


def exact(value):
    """Whether all real numbers of a request are exact in binary32, raws as uniforms. Other texts
    are integers."""
    if isinstance(value, dict):
        return (all(exact(part) for part in value.values()) and
                all(int(raw) % 2**41 == 0 for raw in value.get("raws", [])))
    if isinstance(value, list):
        return all(exact(part) for part in value)
    return not isinstance(value, float) or struct.unpack("f", struct.pack("f", value))[0] == value


with case("every noise is in single steps, in noises and in trajectories of each dynamics"):
    log = path_of("reference")
    judged = Judged(REFERENCE, "--level", "numbers", "--transcript", log)
    networks = collections.defaultdict(set)
    found, ids = collections.defaultdict(set), [c["id"].split(".") for c in judged.cases]
    for _, what, *subject, index in ids:
        if subject and subject[0].startswith("network-"):
            what = f"network {what}"
        if what in ("noise", "noise_trace"):
            found[what].add(subject[1])
        elif what in ("step", "trajectory", "run"):
            found[what, subject[2]].add(subject[1])
        elif what.startswith("network"):
            networks[what, *subject[2:]].add((subject[0], subject[1]))
    same(found["noise"], NOISES | {"none"}, "noise")
    same(found["noise_trace"], NOISES | {"none"}, "noise_trace")
    for dynamics in DRAWN:
        same(found["step", dynamics], NOISES | {"none"}, f"step of {dynamics}")
        holds(found["trajectory", dynamics] >= {"gaussian", "samples"} and
              "none" not in found["trajectory", dynamics], f"{dynamics}: {found}")
    same({key[1] for key in found if key[0] == "run"}, SILENT, "runs")
    for dynamics in ("sgd", "momentum", "adam_l2", "adamw"):
        same({noise for _, noise in networks["network step", dynamics]},
             {"none", "samples", "epochs"}, f"steps of networks, {dynamics}")
    for what in ("loss", "gradient", "hessian_vector", "noise", "observe"):
        same({norm for norm, _ in networks[f"network {what}",]},
             {f"network-{norm}" for norm in ("none", "bn", "ln", "gn", "wn")}, what)
    same(len({tuple(i) for i in ids}), len(ids), "ids, each once")

with case("|x| is of several sizes where the loss does not depend on it"):
    sizes = [math.sqrt(sum(x * x for x in q["x"]) / len(q["x"])) for q in requests(log)
             if q["do"] == "gradient" and q["problem"]["kind"] == "rayleigh"]
    holds(len(sizes) == 4 and max(sizes) > 3 and min(sizes) < 0.05, f"{sizes}")

with case("every number of a request to a command in binary32 is exact there"):
    log = path_of("transcript")
    judged = Judged(variant("binary32"), "--level", "numbers", "--transcript", log,
                    "--only", "numbers.*.[0e]*")
    holds(not any("outside" in remark for remark in judged.remarks), f"{judged.remarks}")
    asked = requests(log)
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
        judged = Judged(variant(precision), "--level", "numbers", "--only",
                        "numbers.trajectory.*.adamw.0")
        worst, remarks = max(judged.cases, key=lambda c: c["distance"]), judged.remarks
        holds(re.match(rf"numbers: {precision}, worst: {re.escape(worst['id'])}, step \d+: state\.",
                       remarks[0]), remarks[0])
        found = re.fullmatch(
            r"numbers: horizon of 11 trajectories: (\d+) of 32 steps, (\d+) fewer, at least \d+ "
            rf"\(numbers\.\S+\), as rounding moves the reference by more than {moved}", remarks[1])
        holds(found and sum(map(int, found.groups())) == 11, remarks[1])
        whole[precision] = int(found[1])
    holds(whole["binary32"] < whole["binary64"], whole)

finish()
