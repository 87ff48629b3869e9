"""Dependencies point down: no circle of includes or of calls, none of a higher layer.

A module is foo.c with foo.h. Includes and, by the symbols of the objects, calls are looked at
over ref/, simd/ and verify/.
"""
import os
import re
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "cli"))
from common import BUILD, ROOT, TMP, case, finish, holds, same

# From below to above; a module belongs to the layer of the longest name that it begins with.
# Modules of one layer may use each other, in no circle.
LAYERS = [
    ["ref/config", "ref/sidyn", "ref/fp", "ref/wide", "ref/status", "ref/ranges", "ref/reduce",
     "ref/operations", "ref/exact", "ref/machine", "ref/port/"],
    ["ref/stream", "ref/normal", "ref/normal_tables", "ref/angle", "ref/selfcheck", "ref/data",
     "ref/schedule"],
    ["ref/noise"],
    ["ref/problems/"],
    ["ref/problem"],
    ["ref/fields", "ref/sampling", "ref/sharpness"],
    ["ref/dynamics/"],
    ["ref/validate", "ref/observe"],
    ["ref/run"],
    ["simd/"],
    ["verify/formats/"],
    ["verify/running/"],
    ["verify/harness/"],
    ["verify/laws/"],
    ["verify/checks/"],
    ["verify/conform/"],
    ["verify/command/"],
    ["verify/mpi/"],
    ["verify/adapters/"],
]
FOLDERS = ["ref", "simd", "verify"]
# Headers of a module under another name.
PARTS = {"verify/harness/context": "verify/harness/check"}


def layer(module):
    """A module's layer. A name with / at its end is a folder; ref/sidyn is also its parts."""
    found = [(len(name), number) for number, names in enumerate(LAYERS) for name in names
             if module == name or module.startswith(name if name.endswith("/") else name + "_")]
    holds(found, f"{module} is in no layer of tests/build/test_layers.py")
    return max(found)[1]


def module_of(path):
    module = os.path.splitext(path)[0]
    return PARTS.get(module, module)


def sources(root):
    for folder in FOLDERS:
        for base, _, names in os.walk(os.path.join(root, folder)):
            for name in sorted(names):
                if name.endswith((".c", ".h")):
                    yield os.path.relpath(os.path.join(base, name), root)


def includes(root):
    """{module: modules that its files include}, of files of the three folders."""
    graph = {}
    for path in sources(root):
        used = graph.setdefault(module_of(path), set())
        with open(os.path.join(root, path), encoding="utf-8") as file:
            names = re.findall(r'^[ \t]*#[ \t]*include[ \t]+"([^"]+)"', file.read(), re.M)
        for name in names:
            for folder in (os.path.dirname(path), "ref", "simd", "verify"):
                target = os.path.normpath(os.path.join(folder, name))
                if os.path.exists(os.path.join(root, target)):
                    used.add(module_of(target))
                    break
    return {module: used - {module} for module, used in graph.items()}


def calls(root, folder):
    """{module: modules whose symbols its object in the folder needs}."""
    needed, home, modules = {}, {}, {}
    for path in sources(root):
        built = os.path.join(folder, os.path.splitext(path)[0] + ".o")
        if path.endswith(".c") and os.path.exists(built):
            modules[built] = module_of(path)
            needed.setdefault(module_of(path), set())
    text = subprocess.run(["nm", "-A", *modules], check=True, stdout=subprocess.PIPE,
                          text=True).stdout if modules else ""
    for line in text.splitlines():
        built, _, rest = line.partition(":")
        *_, kind, symbol = rest.split()
        if kind in "Uw":
            needed[modules[built]].add(symbol)
        elif kind in "TRDBV":
            home[symbol] = modules[built]
    return {module: {home[symbol] for symbol in symbols if symbol in home} - {module}
            for module, symbols in needed.items()}


def circle(graph):
    """One circle of a graph as a list of modules, or []."""
    done, path = set(), []

    def walk(module):
        if module in path:
            return path[path.index(module):] + [module]
        if module in done:
            return []
        path.append(module)
        for target in sorted(graph.get(module, ())):
            found = walk(target)
            if found:
                return found
        path.pop()
        done.add(module)
        return []

    for module in sorted(graph):
        found = walk(module)
        if found:
            return found
    return []


def upward(graph):
    return [f"{module} uses {target}" for module in sorted(graph)
            for target in sorted(graph[module]) if layer(target) > layer(module)]


def plant(name, files):
    """A small tree of its own."""
    root = os.path.join(TMP, name)
    for path, text in files.items():
        os.makedirs(os.path.dirname(os.path.join(root, path)), exist_ok=True)
        with open(os.path.join(root, path), "w", encoding="ascii") as file:
            file.write(text)
    return root


def objects(name, files):
    root = plant(name, files)
    for path in files:
        subprocess.run(["gcc", "-c", path, "-o", module_of(path) + ".o"], cwd=root, check=True)
    return root


with case("no circle of includes"):
    same(" > ".join(circle(includes(ROOT))), "", "circle")
with case("no include of a higher layer"):
    same(upward(includes(ROOT)), [], "upward")
with case("no circle of calls among the objects"):
    graph = calls(ROOT, BUILD)
    holds(len(graph) >= 150 and sum(map(len, graph.values())) >= 500, f"only {len(graph)} objects")
    same(" > ".join(circle(graph)), "", "circle")
with case("no call of a higher layer among the objects"):
    same(upward(calls(ROOT, BUILD)), [], "upward")
with case("every module is in a layer"):
    holds(all(layer(module) >= 0 for module in includes(ROOT)), "layers")
with case("a planted circle of includes is found, across a header and its source"):
    tree = plant("includes", {"ref/noise.c": '#include "problem.h"\n', "ref/noise.h": "",
                              "ref/problem.h": "", "ref/problem.c": ' # include  "noise.h"\n'})
    same(circle(includes(tree)), ["ref/noise", "ref/problem", "ref/noise"], "circle")
    same(upward(includes(tree)), ["ref/noise uses ref/problem"], "upward")
with case("a planted circle of calls is found, although the headers have none"):
    text = "int sid_{0}(void);\nint sid_{1}(void);\nint sid_{1}(void) {{ return sid_{0}(); }}\n"
    tree = objects("calls", {"ref/noise.c": text.format("b", "a"),
                             "ref/problem.c": text.format("a", "b")})
    same(circle(calls(tree, tree)), ["ref/noise", "ref/problem", "ref/noise"], "circle")
    same(upward(calls(tree, tree)), ["ref/noise uses ref/problem"], "upward")
with case("a planted include from ref/ of verify/ is found"):
    tree = plant("upward", {"ref/run.c": '#include "formats/number.h"\n',
                            "verify/formats/number.h": ""})
    same(upward(includes(tree)), ["ref/run uses verify/formats/number"], "upward")

finish()
