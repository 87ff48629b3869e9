"""Prints the man page sidyn-experiment(5), made from fixtures/schema/experiment.schema.json: every
field of an experiment, its kinds and its ranges. The one argument is the schema."""

import json
import sys

DATE = "November 28, 2026"  # as verify/command/man.c


def words(text):
    """Lines of at most 76 characters."""
    lines = [""]
    for word in text.replace("\\", "\\e").split():
        ended = lines[-1].endswith(".") and word[0].isupper()
        if lines[-1] and (ended or len(lines[-1]) + 1 + len(word) > 76):
            lines.append("")
        lines[-1] += (" " if lines[-1] else "") + word
    return [("\\&" if line[0] in ".'" else "") + line for line in lines if line]


class Page:
    def __init__(self, schema):
        self.definitions = schema["definitions"]
        self.lines = []

    def resolved(self, value):
        while "$ref" in value:
            value = {**self.definitions[value["$ref"].rsplit("/", 1)[-1]],
                     **{k: v for k, v in value.items() if k != "$ref"}}
        return value

    def limits(self, value):
        """The range of a number, in words."""
        return ", ".join(f"{sign} {value[name]}" for name, sign in (
            ("minimum", ">="), ("exclusiveMinimum", ">"), ("maximum", "<="),
            ("exclusiveMaximum", "<")) if name in value)

    def kind_of(self, value):
        """What a field may be, in words."""
        value = self.resolved(value)
        if "const" in value:
            return f"always {json.dumps(value['const'])}"
        if "allOf" in value:
            return ", ".join(filter(None, map(self.kind_of, value["allOf"])))
        if "enum" in value:
            return "one of " + ", ".join(map(str, value["enum"]))
        if value.get("type") == "integer":
            return f"an integer {self.limits(value)}"
        if value.get("type") == "string" and "description" not in value:
            return "a path"
        if value.get("type") == "object":
            return ", ".join(f'{{"{name}": {self.kind_of(field)}}}'
                             for name, field in value["properties"].items())
        if "description" in value:
            shapes = [self.resolved(one) for one in value.get("oneOf", [])]
            if any(one.get("type") in ("array", "object") for one in shapes):
                return " or ".join(map(self.kind_of, shapes)) + "; " + value["description"]
            return value["description"]
        if "oneOf" in value:
            return " or ".join(map(self.kind_of, value["oneOf"]))
        if value.get("type") == "array":
            return "a list, each " + self.kind_of(value["items"])
        return self.limits(value)

    def fields(self, value):
        """A list of the fields of an object."""
        needed = value.get("required", [])
        if set(value["properties"]) <= {"kind"}:
            return
        self.lines.append(".Bl -tag -width Ds -compact")
        for name, field in value["properties"].items():
            if name == "kind":
                continue
            self.lines.append(f".It Cm {name}" + ("" if name in needed else " Pq optional"))
            text = self.kind_of(field)
            self.lines += words(text)
            shown = self.resolved(field)
            if "enum" in shown and "description" in shown:
                self.lines += words("one of " + ", ".join(shown["enum"]))
        self.lines.append(".El")

    def kinds(self, value):
        """An object that comes in kinds."""
        value = self.resolved(value)
        if "description" in value:
            self.lines += words(value["description"])
        self.lines.append(".Bl -tag -width Ds")
        for one in value["oneOf"]:
            one = self.resolved(one)
            kind = one["properties"].get("kind", {})
            names = kind.get("enum", [kind.get("const", "an object")])
            self.lines.append(".It Cm " + " , ".join(names))
            if "description" in one:
                self.lines += words(one["description"])
            self.fields(one)
        self.lines.append(".El")

    def page(self, schema):
        self.lines = [f".Dd {DATE}", ".Dt SIDYN-EXPERIMENT 5", ".Os", ".Sh NAME",
                      ".Nm sidyn-experiment", ".Nd what sidyn computes, as a JSON object",
                      ".Sh DESCRIPTION",
                      *words("An experiment is one JSON object with the fields below. Fields with "
                             "other names and names that occur twice are errors."), ".Pp",
                      *words("Lists" + schema["description"].partition("lists")[2]), ".Pp",
                      *words(self.definitions["real"]["description"].replace("a real number:",
                                                                             "A number is") + ".")]
        simple = {}
        for name, field in schema["properties"].items():
            field = self.resolved(field)
            if all(self.resolved(one).get("type") == "object" for one in field.get("oneOf", [{}])):
                self.lines.append(f".Ss {name}")
                self.kinds(field)
            else:
                simple[name] = field
        self.lines.append(".Ss Other fields")
        self.fields({"properties": simple, "required": schema["required"]})
        self.lines.append(".Ss observables")
        items = self.resolved(schema["properties"]["observables"])["items"]
        self.lines += words("Each is one of " + ", ".join(self.resolved(items)["enum"]) + ".")
        noises = {name: value for name, value in self.definitions.items()
                  if name.startswith("noise")}
        self.lines.append(".Ss noise")
        self.lines += words("Of a problem; which kinds fit depends on the problem.")
        seen = []
        self.lines.append(".Bl -tag -width Ds")
        for value in noises.values():
            for one in value["oneOf"]:
                kind = one["properties"]["kind"]
                key = (kind, sorted(one["properties"]))
                if key in seen:
                    continue
                seen.append(key)
                names = kind.get("enum", [kind.get("const")])
                self.lines.append(".It Cm " + " , ".join(names))
                self.fields(one)
        self.lines += [".El", ".Sh EXAMPLES", ".Bd -literal", *EXAMPLE.strip("\n").split("\n"),
                       ".Ed", ".Sh SEE ALSO", ".Xr sidyn 1 ,", ".Xr sidyn-run 1"]
        return "\n".join(self.lines) + "\n"


EXAMPLE = """
{"schema": "sidyn-experiment-1",
 "problem": {"kind": "rayleigh", "dim": 3, "spectrum": [1, 2, 2],
             "noise": {"kind": "gaussian", "sigma": 0.3}},
 "dynamics": {"kind": "sgd"},
 "schedule": {"kind": "constant", "lr": 0.1, "wd": 0.001},
 "start": {"kind": "point", "x": [1, 0, 1]},
 "seed": 7, "steps": 1000, "checkpoints": [0, 10, 1000],
 "observables": ["norm2", "loss"]}
"""

with open(sys.argv[1], encoding="utf-8") as file:
    SCHEMA = json.load(file)
sys.stdout.write(Page(SCHEMA).page(SCHEMA))
