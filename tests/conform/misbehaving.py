"""A command under test that answers as the reference does until it misbehaves:
misbehaving.py SIDYN HOW. What it does at the fourth request (at the first for how = hello-...)."""

import json
import math
import os
import signal
import subprocess
import sys
import time


def write(data):
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def changed(change):
    """An answer with its fields changed."""
    def act(answer, _):
        fields = json.loads(answer)
        change(fields)
        write(json.dumps(fields).encode() + b"\n")
    return act


def text(data):
    return lambda answer, _: write(data)


def silent(_, __):
    time.sleep(600)


def ignores_everything(_, __):
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
    while True:
        time.sleep(600)


def flood(_, __):
    while True:
        write(b"0123456789" * 6553)


def long_line(answer, _):
    for _ in range(100):
        write(b"9" * 1000000)
    write(b"\n")


def exits(status):
    return lambda answer, _: sys.exit(status)


def killed(_, __):
    os.kill(os.getpid(), signal.SIGKILL)


def half_line(answer, _):
    write(answer[:10])
    sys.exit(0)


def closes(_, __):
    os.close(1)
    time.sleep(600)


def stale(answer, _):
    write(answer + answer)


def leaves_child(answer, _):
    """A grandchild that would stay behind, and that ignores the end of its standard input."""
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    with open(os.environ["CHILD"], "w", encoding="ascii") as file:
        file.write(str(child.pid))
    write(answer)


def set_field(name, value):
    def change(fields):
        fields[name] = value
    return changed(change)


def off_by_one_ulp(fields):
    fields["value"] = math.nextafter(fields["value"], math.inf)


def no_value(fields):
    del fields["value"]


HOW = {
    "silent": silent, "flood": flood, "long": long_line, "exit": exits(3), "killed": killed,
    "half": half_line, "closes": closes, "stale": stale, "ignores": ignores_everything,
    "child": leaves_child,
    "garbage": text(b"Traceback (most recent call last):\n"), "empty": text(b"\n"),
    "nan": text(b'{"id":4,"value":NaN}\n'), "infinity": text(b'{"id":4,"value":-Infinity}\n'),
    "zero-byte": text(b'{"id":4,\0"value":1}\n'), "latin-1": text(b'{"id":4,"value":"\xe4"}\n'),
    "deep": text(b'{"id":4,"value":' + b"[" * 2050 + b"]" * 2050 + b"}\n"),
    "twice": text(b'{"id":4,"value":1,"value":2}\n'), "list": text(b"[4,1]\n"),
    "wrong-id": set_field("id", 3), "text-id": set_field("id", "4"),
    "off": changed(off_by_one_ulp), "extra": set_field("valeu", 1), "missing": changed(no_value),
    "string": set_field("value", "1.5"), "short-bits": set_field("value", "3ff"),
    "null": set_field("value", None), "many": set_field("value", [1, 2]),
    "unsupported": text(b'{"id":4,"unsupported":"not yet"}\n'),
    "error": text(b'{"id":4,"error":"bell \\u0007 and\\u001b[31m red"}\n'),
    "hello-silent": silent, "hello-exit": exits(0), "hello-garbage": text(b"ready\n"),
    "hello-name": changed(lambda fields: fields.pop("name")),
    "hello-can": set_field("can", ["sum", "teleport"]),
    "hello-problems": set_field("problems", "rayleigh"),
    "hello-precision": set_field("precision", "binary16"),
    "hello-extra": set_field("version", 2), "hello-id": set_field("id", 2),
    "hello-long": text(b"x" * 100000 + b"\n"),
    "hello-nothing": set_field("can", []),
}


def main():
    sidyn, how = sys.argv[1:]
    reference = subprocess.Popen([sidyn, "conform", "--serve"], stdin=subprocess.PIPE,
                                 stdout=subprocess.PIPE)
    when = 1 if how.startswith("hello-") else 4
    for number, line in enumerate(sys.stdin.buffer, 1):
        reference.stdin.write(line)
        reference.stdin.flush()
        answer = reference.stdout.readline()
        if number == when:
            HOW[how](answer, number)
        else:
            write(answer)


if __name__ == "__main__":
    main()
