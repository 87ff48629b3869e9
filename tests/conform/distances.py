"""What the tests of the level numbers share: a command is judged, case by case."""
import json
import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "cli"))
from common import SIDYN, WRAPPER, holds, path_of, same, sidyn

REFERENCE = [*WRAPPER, SIDYN, "conform", "--serve"]
FORMS = ["reversed", "derivative", "extended"]
PRECISIONS = ["binary64", "binary32"]
REQUESTS = ["normals_from_raws", "sum", "dot", "loss", "gradient", "hessian_vector", "noise",
            "noise_trace", "schedule", "sharpness", "observe", "step", "run", "trajectory"]


def variant(precision, form="reversed", fault=""):
    return [sys.executable, "-B", os.path.join(HERE, "variants.py"), "--precision", precision,
            "--form", form, "--fault", fault]


class Judged:
    """The cases of a command, and what stands below the table."""

    def __init__(self, command, *options):
        report = path_of("-".join(re.sub(r"\W", "", o) for o in [*command[-6:], *options]))
        result = sidyn("conform", *options, "--json", report, "--", *command)
        self.status, self.text = result.returncode, result.stdout.decode()
        holds(os.path.exists(report), result.stderr.decode())
        with open(report, encoding="utf-8") as file:
            content = json.load(file)
        self.cases, self.remarks = content["cases"], content["remarks"]

    def judged(self):
        return [case for case in self.cases if case["verdict"] != "unsupported"]

    def failed(self):
        """What did not pass; variants.py does not claim networks."""
        return [case for case in self.cases if case["verdict"] != "pass" and
                (case["verdict"] != "unsupported" or ".network-" not in case["id"])]

    def distance(self):
        """The largest; infinite where there is none to measure."""
        return max(case.get("distance", float("inf")) for case in self.judged())

    def right(self, most):
        """Everything is asked, and no distance is above the one that is given."""
        worst = max(self.judged(), key=lambda case: case.get("distance", float("inf")))
        same((self.status, self.failed()), (0, []), "failed")
        holds(worst["distance"] <= most, f"{worst}")
        same(sorted({case["id"].split(".")[1] for case in self.cases}), sorted(REQUESTS), "asked")
        holds(not any("outside" in remark for remark in self.remarks), f"{self.remarks}")
