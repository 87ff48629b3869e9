"""Output files appear whole or not at all: full disks, interrupts, two writers, odd places,
closed streams."""

import sys

sys.dont_write_bytecode = True
import os
import random
import resource
import signal
import subprocess
import time

from common import (ENDLESS, RATIO, case, command, experiment, finish, holds, output, path_of, read,
                    refused, same, sidyn, write)

OLD = b"what was here before\n"
GOOD = write("good.json", RATIO)
BAD = write("bad.json", experiment(RATIO, seed=-1))
# some 800 KB as CSV, 320 KB as .npy
LARGE = write("large.json", experiment(RATIO, steps=20000, checkpoints={"every": 1}))
SLOW = write("slow.json", ENDLESS)
DIVERGES = write("diverges.json",
                 experiment(RATIO, schedule={"kind": "exponential", "lr": 1, "factor": 1e200}))
WHOLE = output("run", GOOD)


class Folder:
    """A folder with old outputs, which must be as they were at the end,
    with nothing beside them."""

    def __init__(self, name):
        self.path = path_of(name)
        os.makedirs(self.path, exist_ok=True)
        self.names = ["out.csv", "out.npy"]
        for name in self.names:
            write(self.file(name), OLD)

    def file(self, name):
        return os.path.join(self.path, name)

    def unchanged(self):
        found = {name: read(self.file(name)) for name in sorted(os.listdir(self.path))}
        for name in found:  # for the next test
            if name in self.names:
                write(self.file(name), OLD)
            else:
                os.unlink(self.file(name))
        same(found, {name: OLD for name in self.names}, "files")


FOLDER = Folder("outputs")
OUT = FOLDER.file("out.csv")


def wait_for(condition, seconds):
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.01)


def started(*arguments, **options):
    """A run that has begun to write OUT."""
    process = subprocess.Popen(command(*arguments), stderr=subprocess.PIPE, **options)
    wait_for(lambda: os.path.exists(OUT + ".partial"), 20)
    # not every system shows the lock
    wait_for(lambda: f":{os.stat(OUT + '.partial').st_ino} ".encode() in read("/proc/locks"), 0.5)
    same(process.poll(), None, "early exit")
    return process


# ---- a run that succeeds, and runs that are refused ----

with case("a new file is whole, equals standard output, and is readable as umask says"):
    output("run", GOOD, "--out", path_of("new.csv"))
    same(read(path_of("new.csv")), WHOLE, "file")
    same(os.stat(path_of("new.csv")).st_mode & 0o777, 0o666 & ~(os.umask(0) or 0o22), "mode")
os.umask(0o22)
with case("an old file is replaced as a whole"):
    write("old.csv", OLD * 100)
    output("run", GOOD, "--out", path_of("old.csv"))
    same(read(path_of("old.csv")), WHOLE, "file")
with case("a bad experiment leaves the old output alone"):
    refused(sidyn("run", BAD, "--out", OUT), "bad.json:1: seed: ")
    FOLDER.unchanged()
os.mkfifo(path_of("pipe.csv"))
os.makedirs(path_of("folder.csv"))
for name, place, says in (("a missing folder", "none/a.csv", "No such file or directory"),
                          ("a file as a folder", "old.csv/a.csv", "Not a directory"),
                          ("a folder of that name", "folder.csv", "not a regular file"),
                          ("a pipe", "pipe.csv", "not a regular file")):
    with case(f"refused: {name}"):
        refused(sidyn("run", GOOD, "--out", path_of(place)),
                f"{place}: cannot write: {says}; allowed: ")
        holds(not os.path.exists(path_of(place + ".partial")), "a partial file is left")
with case("a partial file that is a link does not lead to another file"):
    precious = write("precious", OLD)
    os.symlink(precious, OUT + ".partial")
    result = sidyn("run", GOOD, "--out", OUT)
    if os.path.lexists(OUT + ".partial"):
        os.unlink(OUT + ".partial")
    same(read(precious), OLD, "the other file")
    refused(result, "cannot write")
    FOLDER.unchanged()
with case("the experiment itself is no place for the output"):
    both = write("both.csv", RATIO)
    before = read(both)
    refused(sidyn("run", both, "--out", path_of("./both.csv")), "both.csv: ", "allowed: ")
    same(read(both), before, "experiment")

# ---- a full disk ----

with case("a limit on the size of files"):
    limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 17, 1 << 17))
    for name in FOLDER.names:
        refused(sidyn("run", LARGE, "--out", FOLDER.file(name), preexec_fn=limit),
                f"{name}: cannot write: File too large")
        FOLDER.unchanged()
    with open(path_of("limited.csv"), "wb") as file:
        refused(sidyn("run", LARGE, stdout=file, preexec_fn=limit),
                "standard output: cannot write: File too large")
if os.geteuid() == 0:
    DISK = Folder("disk")
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=128k", "sidyn",
                       DISK.path], capture_output=True, check=False).returncode == 0:
        try:
            DISK = Folder("disk")
            with case("a disk that is full"):
                for name in DISK.names:
                    refused(sidyn("run", LARGE, "--out", DISK.file(name)),
                            f"{name}: cannot write: No space left on device")
                    DISK.unchanged()
        finally:
            subprocess.run(["umount", DISK.path], check=True)
for arguments in (["run", GOOD], ["run", LARGE], ["stream", "--seed", 1, "--key", 0, "--count", 10],
                  ["stream", "--seed", 1, "--key", 0, "--count", 10**12], ["info"],
                  ["verify", "--list"], ["--help"], ["--version"]):
    what = " ".join(str(word) for word in arguments).replace(os.path.dirname(GOOD) + "/", "")
    with case(f"standard output on a full disk: {what}"):
        with open("/dev/full", "wb") as full:
            refused(sidyn(*arguments, stdout=full),
                    "standard output: cannot write: No space left on device")
    with case(f"standard output closed: {what}"):
        refused(sidyn(*arguments, stdout=None, preexec_fn=lambda: os.close(1)),
                "standard output: cannot write: Bad file descriptor")
with case("standard output and standard error closed do not write into the output file"):
    for closed in ([1], [2], [0, 1, 2]):
        target = path_of("closed.csv")
        plain = sidyn("run", DIVERGES, "--out", target)
        same((plain.returncode, plain.stderr.count(b"\n")), (0, 1), "a run that ends early")
        expected = read(target)
        result = sidyn("run", DIVERGES, "--out", target,
                       preexec_fn=lambda: [os.close(fd) for fd in closed])
        same((result.returncode, read(target)), (0, expected),
             f"status and file with {closed} closed")
with case("a reader of standard error that has gone leaves no partial file"):
    reader, writer = os.pipe()
    os.close(reader)
    result = sidyn("run", DIVERGES, "--out", OUT, stderr=writer)
    os.close(writer)
    same(result.returncode, -signal.SIGPIPE, "status")
    FOLDER.unchanged()
with case("a reader of standard output that has gone stops a run"):
    reader, writer = os.pipe()
    os.close(reader)
    result = sidyn("run", LARGE, stdout=writer)
    os.close(writer)
    holds(result.returncode in (-signal.SIGPIPE, 128 + signal.SIGPIPE),
          f"status {result.returncode}")

# ---- interrupts ----

for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
    with case(f"{signal.Signals(number).name} while a file is written"):
        process = started("run", SLOW, "--out", OUT)
        process.send_signal(number)
        _, errors = process.communicate(timeout=20)
        same((process.returncode, errors), (-number, b""), "status and stderr")
        FOLDER.unchanged()
with case("SIGTERM while standard output is written"):
    process = subprocess.Popen(command("run", SLOW), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    time.sleep(0.1)
    process.terminate()
    _, errors = process.communicate(timeout=20)
    holds(process.returncode in (-signal.SIGTERM, 128 + signal.SIGTERM) and errors == b"",
          f"{process.returncode} {errors}")
with case("an ignored SIGHUP (nohup) stays ignored"):
    process = started("run", SLOW, "--out", OUT,
                      preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
    process.send_signal(signal.SIGHUP)
    time.sleep(0.2)
    running = process.poll() is None
    process.terminate()
    process.communicate(timeout=20)
    holds(running, "the run has ended")
    FOLDER.unchanged()
with case("SIGTERM at any moment of a start leaves nothing behind"):
    moments = random.Random(1)
    for _ in range(60):
        process = subprocess.Popen(command("run", SLOW, "--out", OUT), stderr=subprocess.DEVNULL)
        time.sleep(moments.uniform(0, 0.01))
        process.terminate()
        holds(process.wait(timeout=20) in (-signal.SIGTERM, 128 + signal.SIGTERM),
              f"status {process.returncode}")
        FOLDER.unchanged()
with case("what a killed run left is in nobody's way"):
    process = started("run", SLOW, "--out", OUT)
    process.kill()
    process.communicate(timeout=20)
    same(read(OUT), OLD, "old output")
    holds(os.path.exists(OUT + ".partial"), "no partial file: this test tests nothing")
    output("run", GOOD, "--out", OUT)
    same(read(OUT), WHOLE, "new output")
    write(OUT, OLD)
    FOLDER.unchanged()

# ---- two writers ----

with case("a second writer is refused while the first writes, and the first is not disturbed"):
    process = started("run", SLOW, "--out", OUT)
    refused(sidyn("run", GOOD, "--out", OUT),
            "out.csv: cannot write: another run is writing it; allowed: ")
    refused(sidyn("run", GOOD, "--out", os.path.join(FOLDER.path, "..", "outputs", "out.csv")),
            "another run is writing it")
    same(process.poll(), None, "exit of the first")
    holds(os.path.exists(OUT + ".partial"), "the first's file is gone")
    process.terminate()
    process.communicate(timeout=20)
    FOLDER.unchanged()
    output("run", GOOD, "--out", OUT)
    write(OUT, OLD)
with case("of eight writers at once, some win and the file is whole"):
    for _ in range(5):
        crowd = [subprocess.Popen(command("run", LARGE, "--jobs", 1, "--out",
                                          OUT), stderr=subprocess.PIPE) for _ in range(8)]
        errors = [process.communicate(timeout=60)[1] for process in crowd]
        holds(all(process.returncode == 0 and not text or process.returncode == 2
                  and b"another run is writing it" in text for process, text in zip(crowd, errors)),
              f"{[process.returncode for process in crowd]} {errors}")
        holds(any(process.returncode == 0 for process in crowd), "all were refused")
        same(read(OUT), output("run", LARGE), "file")
        write(OUT, OLD)
        FOLDER.unchanged()

finish()
