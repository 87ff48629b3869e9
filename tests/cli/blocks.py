"""Command blocks of Markdown: indented lines, `$ COMMAND` and below it what the command prints."""

import re


def commands(text):
    """[(command, output)] of the indented lines of a document that begin with `$ `."""
    found = []
    for block in re.findall(r"(?m)(?:^    .*\n)+", text):
        lines = [line[4:] for line in block.splitlines()]
        for line in lines:
            if line.startswith("$ "):
                found.append((line[2:], ""))
            elif found and lines[0].startswith("$ "):
                found[-1] = (found[-1][0], f"{found[-1][1]}{line}\n")
    return found
