"""What commands say of themselves: help, man pages and completions come from one description, which
is what is parsed; examples run as they stand."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys

sys.dont_write_bytecode = True
from common import (RATIO, ROOT, SIDYN, TMP, case, finish, holds, output, path_of, refused, same,
                    sidyn, write)

ALL = output("help").decode()
COMMANDS = re.findall(r"(?m)^  ([a-z]+)  ", ALL.split("Exit status")[0])
HELP = {name: output("help", name).decode() for name in COMMANDS}
EXAMPLE = {name: re.search(r"\nExample\n  (.*)\n$", text).group(1) for name, text in HELP.items()}


# As a user has it: sidyn and Python in the path.
os.mkdir(os.path.join(TMP, "bin"))
for link, target in (("sidyn", SIDYN), ("python3", sys.executable)):
    os.symlink(target, os.path.join(TMP, "bin", link))
ENVIRONMENT = {**os.environ, "PATH": f"{TMP}/bin:{os.environ['PATH']}"}


def options(text):
    """{name: whether it takes something}, of the help of a command."""
    listed = text.split("\nOptions\n")[-1] if "\nOptions\n" in text else ""
    return {name: bool(argument)
            for name, argument in re.findall(r"(?m)^  --([a-z-]+)(?: (\S+))?(?:  |$)", listed)}


with case("the list has every command once, and each tells the same as COMMAND --help and -h"):
    holds(len(COMMANDS) >= 8 and len(set(COMMANDS)) == len(COMMANDS), f"{COMMANDS}")
    for name in COMMANDS:
        same([output(name, "--help").decode(), output(name, "-h").decode()], [HELP[name]] * 2, name)
with case("no line of any help is longer than 88 columns"):
    same([line for text in [ALL, *HELP.values()] for line in text.split("\n") if len(line) > 88],
         [], "lines")
for name in COMMANDS:
    with case(f"{name}: every option of its help is parsed, with and without a value as it says"):
        for option, takes in options(HELP[name]).items():
            refused(sidyn(name, f"--{option}" if takes else f"--{option}=1"),
                    f"{name}: --{option}", "needs a value" if takes else "takes no value")
    with case(f"{name}: its source handles the options that it describes, and no other"):
        path = f"verify/command/{'main' if name == 'help' else name}.c"
        with open(os.path.join(ROOT, path), encoding="ascii") as file:
            text = file.read()
        for letter, macro in (("j", "JOBS"), ("b", "BACKEND"), ("f", "FORMAT")):
            text = re.sub(rf"\bVF_OPTION_{macro}\b", f"{{'{letter}', \"", text)
        same(set(re.findall(r"case '(.)':", text)), set(re.findall(r"{'(.)', \"", text)), "codes")

with case("defaults are shown, and what must be given"):
    for text in ("(default: 0:1)", "(default: dec)", "(default: number of processors)"):
        holds(text in " ".join(HELP["run"].split()), f"run: no {text}")
    holds("must be given" in HELP["stream"], "stream: nothing must be given")
with case("the examples run as they stand"):
    write("experiment.json", RATIO)
    shutil.copy(os.path.join(ROOT, "verify/adapters/minimal.py"),
                os.path.join(TMP, "my_simulation.py"))
    for name in ("theirs.csv", "run.csv"):
        with open(os.path.join(TMP, name), "wb") as file:
            file.write(output("run", "experiment.json", cwd=TMP))
    write("labels.idx", b"\0\0\x08\x01\0\0\0\x02\x03\x07")
    for shard, name in ((1, "a.part"), (2, "b.part")):
        output("run", "experiment.json", "--trajectories", "0:4", "--statistics", "--shard",
               f"{shard}/2", "--part", name, cwd=TMP)
    for name in COMMANDS:
        words = shlex.split(EXAMPLE[name])
        same(words[:2], ["sidyn", name], "example")
        output(*words[1:], cwd=TMP, env=ENVIRONMENT)

for arguments, *says in (
    (["help", "walk"], "walk: unknown command; allowed: verify, explain, "),
    (["help", "run", "law"], "help: law: allowed: one COMMAND"),
    (["help", "--completion", "fish"], "help: --completion fish: allowed: bash, zsh"),
    (["help", "--completion", "zsh", "run"], "help: --completion: stands alone"),
    (["help", "--completion", "bash", "--man"], "help: --completion: stands alone"),
):
    with case("refused: sidyn " + " ".join(arguments)):
        refused(sidyn(*arguments), *says)

# ---- man pages ----

SHARE = os.path.join(TMP, "share")
subprocess.run(["sh", os.path.join(ROOT, "ci/help.sh"), SHARE, SIDYN], check=True,
               env={**os.environ, "PYTHON": sys.executable})
PAGES = os.path.join(SHARE, "man/man1")
with case("there is a page for each command and one for all"):
    same(sorted(os.listdir(PAGES)),
         sorted(["sidyn.1", *(f"sidyn-{name}.1" for name in COMMANDS)]), "pages")
with case("mandoc -Tlint finds nothing in them"):
    for page in [*sorted(os.listdir(PAGES)), "../man5/sidyn-experiment.5"]:
        # whether other pages are installed is not a question to this one
        lint = subprocess.run(["mandoc", "-Tlint", os.path.join(PAGES, page)], text=True,
                              stdout=subprocess.PIPE, check=False).stdout
        same([line for line in lint.splitlines() if "referenced manual not found" not in line], [],
             page)
with case("mandoc sees a fault"):
    page = write("fault.1", ".Dd January 1, 2026\n.Dt A 1\n.Os\n.Sh NAME\n.Nm a\n.Nd b\n.Xx\n")
    holds(subprocess.run(["mandoc", "-Tlint", page], stdout=subprocess.PIPE, check=False).stdout,
          "nothing said")


def terms(value):
    """All names and allowed words of a schema."""
    if isinstance(value, list):
        return set().union(*map(terms, value))
    if not isinstance(value, dict):
        return set()
    own = {str(word) for word in [*value.get("enum", []), value.get("const", "")]}
    return own.union(value.get("properties", {}), *map(terms, value.values()))


with case("the page of experiments has every field, kind and word of the schema"):
    with open(os.path.join(ROOT, "fixtures/schema/experiment.schema.json"),
              encoding="utf-8") as file:
        wanted = terms(json.load(file)) - {"", "kind"}
    with open(os.path.join(PAGES, "../man5/sidyn-experiment.5"), encoding="utf-8") as file:
        text = file.read()
    holds(len(wanted) > 60, f"{wanted}")
    same([word for word in sorted(wanted) if not re.search(rf"\b{re.escape(word)}\b", text)], [],
         "missing")
    same(re.findall(r'"\w+": *[,}]', text), [], "fields of which nothing is said")
    write("page.json", text.split(".Bd -literal\n")[1].split("\n.Ed")[0])
    output("run", path_of("page.json"))
for name in COMMANDS:
    with case(f"the page of {name} has every option, its default and the example"):
        shown = subprocess.run(["mandoc", "-Tascii", "-O", "width=1000",
                                os.path.join(PAGES, f"sidyn-{name}.1")], text=True,
                               stdout=subprocess.PIPE, check=True).stdout
        shown = " ".join(re.sub(r".\x08", "", shown).split())
        for option in options(HELP[name]):
            holds(f"--{option}" in shown, f"--{option} is missing")
        for text in re.findall(r"\(default: [^)]*\)", " ".join(HELP[name].split())):
            holds(text in shown, f"{text} is missing")
        holds(" ".join(EXAMPLE[name].split()) in shown, "the example is missing")

# ---- completions ----


def bash(*words):
    """What bash offers for the last word."""
    script = ('source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _sidyn; '
              'printf "%s\\n" "${COMPREPLY[@]}"')
    return subprocess.run(["bash", "-c", script, "-",
                           os.path.join(SHARE, "bash-completion/completions/sidyn"), *words],
                          cwd=TMP, text=True, stdout=subprocess.PIPE, check=True,
                          env=ENVIRONMENT).stdout.split()


def zsh(*words):
    """The specifications that zsh gets for a command."""
    script = ('_describe() { print -l -- $commands }; _arguments() { print -l -- "$@" }\n'
              'f() { file=$1; shift; local -a words=("$@"); local CURRENT=$#; source $file }\n'
              'f "$@"')
    return subprocess.run(["zsh", "-f", "-c", script, "-",
                           os.path.join(SHARE, "zsh/site-functions/_sidyn"), *words],
                          cwd=TMP, text=True, stdout=subprocess.PIPE, check=True,
                          env=ENVIRONMENT).stdout.splitlines()


with case("bash: commands, options, words of an option, files"):
    same(set(bash("sidyn", "")), {*COMMANDS, "--help", "--version"}, "commands")
    for name in COMMANDS:
        same(set(bash("sidyn", name, "--")),
             {"--help", *(f"--{option}" for option in options(HELP[name]))}, name)
    same(bash("sidyn", "run", "--format", ""), ["bits", "hex", "dec"], "words")
    same(bash("sidyn", "run", "exp"), ["experiment.json"], "files")
    same(bash("sidyn", "run", "x.json", "--out", "the"), ["theirs.csv"], "files of an option")
    same(bash("sidyn", "run", "x.json", "--jobs", ""), [], "numbers")
    same(set(bash("sidyn", "help", "")), set(COMMANDS), "words of an operand")
with case("zsh: commands, options, words of an option, files"):
    same([line.split(":")[0] for line in zsh("sidyn", "")], COMMANDS, "commands")
    for name in COMMANDS:
        found = {re.match(r"--([a-z-]+)", line).group(1) for line in zsh("sidyn", name, "")
                 if line.startswith("--")}
        same(found, {"help", *options(HELP[name])}, name)
    text = "\n".join(zsh("sidyn", "run", ""))
    holds(re.search(r"--format=\[.*\]:bits\|hex\|dec:\(bits hex dec\)", text), text)
    holds("*:file:_files" in text, text)
    holds(f"*:word:({' '.join(COMMANDS)})" in " ".join(zsh("sidyn", "help", "")), "help's words")

finish()
