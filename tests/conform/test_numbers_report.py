"""What `sidyn conform --level numbers` asks, and what it says: numbers that are exact, every noise
and dynamics, messages and remarks."""
import json
import re
import struct

from distances import Judged, variant

from common import case, finish, holds, path_of, same


def exact(value):
    """Whether all real numbers of a request are exact in binary32. Texts are integers."""
    if isinstance(value, dict):
        return all(exact(part) for part in value.values())
    if isinstance(value, list):
        return all(exact(part) for part in value)
    return not isinstance(value, float) or struct.unpack("f", struct.pack("f", value))[0] == value


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
