"""What the tests of the diagnosis share: the kit's output on a command of the gallery, and what it
names."""
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "cli"))
from common import command

GALLERY = [os.environ.get("PYTHON", sys.executable), "-B", os.path.join(HERE, "gallery.py")]


def judged(tested, *options):
    """The kit with these options, having judged a command."""
    return subprocess.run(command("conform", *options, "--", *tested), capture_output=True,
                          check=False, timeout=500, text=True)


def named(text):
    """The ids of all mistakes that are named, each once."""
    return sorted(set(re.findall(r"(?m)^mistake: ([a-z0-9.-]+):? ", text)))
