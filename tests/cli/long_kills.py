"""test_parts.py with 300 kills."""

import os
import runpy
import sys

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
os.environ["KILLS"] = "300"
sys.path.insert(0, HERE)
runpy.run_path(os.path.join(HERE, "test_parts.py"), run_name="__main__")
