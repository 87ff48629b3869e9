"""sidyn data: files of images in the real formats, right, packed, and broken in every way."""

import sys

sys.dont_write_bytecode = True
import gzip
import hashlib
import os
import random
import resource
import struct
import time

from common import (ROOT, build, case, finish, holds, objects, output, path_of, read, refused, same,
                    sidyn, sources, write)
from image_files import cifar, digits, idx_images, idx_labels, labels_of, mnist

HAS_ZLIB = b"\ngzip       zlib\n" in output("info")
DIGITS = os.path.join(ROOT, "data/digits.csv.gz")
IMAGES, LABELS = mnist(300)
CIFAR, CSV = cifar(70), digits(50)
WAYS = [("plain", bytes)]
if HAS_ZLIB:
    WAYS += [("gzip", gzip.compress),
             ("two members of gzip",
              lambda content: b"".join(map(gzip.compress, (content[:99], content[99:]))))]


def described(path):
    """What sidyn data prints of a file, as a dictionary."""
    text = output("data", path).decode()
    return {line[:11].rstrip(): line[11:] for line in text.splitlines()}


def counts(labels):
    return " ".join(str(labels.count(label)) for label in range(min(labels), max(labels) + 1))


def expected(name, way, content, shape=None, images=b"", labels=b""):
    """The same from what the file was made of."""
    told = {"format": name + ("" if way == "plain" else ", gzip"), "bytes": str(len(content))}
    if shape:
        size = shape[0] * shape[1] * shape[2]
        told |= {"images": str(len(images) // size), "shape": "x".join(map(str, shape)),
                 "pixels": f"{min(images)}..{max(images)}"}
    if labels:
        told |= {"labels": f"{min(labels)}..{max(labels)}", "counts": counts(labels)}
    return told | {"sha256": hashlib.sha256(content).hexdigest()}


# ---- what is read ----

GOOD = {
    "MNIST images": ("IDX images", IMAGES, (28, 28, 1), IMAGES[16:], b""),
    "MNIST labels": ("IDX labels", LABELS, None, b"", LABELS[8:]),
    "wide images": ("IDX images", idx_images(bytes(range(1, 211)), 2, 35), (2, 35, 1),
                    bytes(range(1, 211)), b""),
    "labels to 255": ("IDX labels", idx_labels(b"\x03\xff\x03"), None, b"", b"\x03\xff\x03"),
    "CIFAR-10": ("CIFAR-10 binary", CIFAR, (32, 32, 3),
                 b"".join(CIFAR[k + 1:k + 3073] for k in range(0, len(CIFAR), 3073)),
                 CIFAR[::3073]),
    "digits": ("digits CSV", CSV, (8, 8, 1),
               bytes(int(word) for line in CSV.split() for word in line.split(b",")[:64]),
               bytes(int(line.split(b",")[64]) for line in CSV.split())),
}
for name, (kind, content, *rest) in GOOD.items():
    for way, pack in WAYS:
        with case(f"{name}, {way}"):
            path = write("good", pack(content))
            same(described(path), {"file": path} | expected(kind, way, content, *rest), "lines")
with case("several files, an empty line between two; names in ASCII"):
    first, second = write("images", IMAGES), write("l\xe4\n", LABELS)
    text = output("data", first, "--", second).decode("ascii").split("\n\n")
    same((len(text), text[1].split("\n")[0]),
         (2, "file       " + path_of("l\\xc3\\xa4\\x0a")), "blocks")
    same(text[0] + "\n", output("data", first).decode(), "first")
with case("digests of every length to two blocks"):
    for length in range(1, 140):
        content = idx_labels(bytes(length))
        told = described(write("short", content))["sha256"]
        same(told, hashlib.sha256(content).hexdigest(), f"{length} labels")
for name, content, shape in (("MNIST", lambda: idx_images(random.Random(2).randbytes(47040000),
                                                          28, 28), "28x28x1"),
                             ("CIFAR-10", lambda: cifar(100) * 100, "32x32x3")):
    with case(f"{name} of full size, within seconds"):
        path = write("large", content())
        begin = time.monotonic()
        told = described(path)
        print(f"# {time.monotonic() - begin:.2f} s")
        same((told["shape"], told["images"]), (shape, "60000" if name == "MNIST" else "10000"),
             "shape, images")
        os.remove(path)
with case("digits.csv.gz of make deps: the numbers of its documentation"):
    holds(os.path.exists(DIGITS), f"{DIGITS} is not there: make deps")
    wanted = read(os.path.join(ROOT, "ci/digits.sha256")).decode().split()
    same([hashlib.sha256(read(DIGITS)).hexdigest(), "digits.csv.gz"], wanted, "SHA-256")
    if HAS_ZLIB:
        told = described(DIGITS)
        same((told["images"], told["pixels"], told["counts"]),
             ("1797", "0..16", "178 182 177 183 181 182 181 179 174 180"), "digits")
    else:
        refused(sidyn("data", DIGITS), "built without zlib")

# ---- what is refused: content, parts of the message ----

ENDS = "the file ends; allowed: "
GOES_ON = "the file goes on; allowed: its end here"
FIRST_LINE = CSV.split(b"\n")[0]


def line(number, text):
    """The digits with another line."""
    lines = CSV.split(b"\n")
    lines[number - 1] = text
    return b"\n".join(lines)


def in_line(number, text, byte, says):
    begin = sum(len(one) + 1 for one in CSV.split(b"\n")[:number - 1])
    return line(number, text), f"byte {begin + byte}: line {number}: {says}"


def head(*sizes, magic=(0, 0, 8)):
    return bytes([*magic, len(sizes)]) + struct.pack(f">{len(sizes)}I", *sizes)


def relabelled(record, label):
    return CIFAR[:record * 3073] + bytes([label]) + CIFAR[record * 3073 + 1:]


PIXEL, LABEL = "no such pixel; allowed: an integer from 0 to 16", "no such label; allowed: an " \
    "integer from 0 to 9"
BAD = {
    "nothing": (b"", "byte 0: no known beginning; allowed: IDX"),
    "another file": (b"hello", "byte 0: no known beginning; allowed: IDX"),
    "a label 10 at once": (relabelled(0, 10), "byte 0: no known beginning"),
    "images cut in the magic": (IMAGES[:3], "byte 3: " + ENDS + "records of 3073"),
    "images cut in the sizes": (IMAGES[:15],
                                "byte 15: " + ENDS + "12 bytes of sizes, up to byte 16"),
    "images cut in the pixels": (IMAGES[:-1], f"byte {len(IMAGES) - 1}: " + ENDS +
                                 f"235200 bytes of pixels, up to byte {len(IMAGES)}"),
    "images that go on": (IMAGES + b"\0", f"byte {len(IMAGES)}: " + GOES_ON),
    "no images": (head(0, 28, 28), "byte 4: a count of 0; allowed: at least 1"),
    "images without height": (head(1, 0, 28), "byte 8: images of 0x28; allowed: 1 to 1048576"),
    "images without width": (head(1, 28, 0), "byte 8: images of 28x0; allowed: 1 to 1048576"),
    "images too large": (head(1, 1024, 1025), "byte 8: images of 1024x1025; allowed: 1 to"),
    "sizes whose product overflows": (head(1, 2**31, 2**32 - 1), "byte 8: images of 2147483648x"),
    "sizes whose product is 2^32": (head(1, 2**16, 2**16), "byte 8: images of 65536x65536"),
    "more images than may be": (head(2**32 - 1, 28, 28),
                                "byte 4: 4294967295 images; allowed: at most 342392 in all files"),
    "more small images than may be": (head(2**24 + 1, 1, 1), "images; allowed: at most 16777216"),
    "a head that promises much": (head(342392, 28, 28), "byte 16: " + ENDS + "268435328 bytes"),
    "labels cut": (LABELS[:-2], "byte 306: " + ENDS + "300 bytes of labels, up to byte 308"),
    "labels that go on": (LABELS + b"12", "byte 308: " + GOES_ON),
    "no labels": (head(0), "byte 4: a count of 0"),
    "more labels than may be": (head(2**24 + 1),
                                "byte 4: 16777217 labels; allowed: at most 16777216"),
    "IDX of floats": (head(1, 2, 2, magic=(0, 0, 13)) + bytes(16), "byte 32: " + ENDS + "records"),
    "CIFAR cut": (CIFAR[:-5], f"byte {len(CIFAR) - 5}: " + ENDS + "records of 3073 bytes, up to "
                  f"byte {len(CIFAR)}"),
    "CIFAR with a label 10": (relabelled(69, 10), f"byte {69 * 3073}: label 10; allowed: 0 to 9"),
    "CIFAR that goes on": (CIFAR + b"\1", f"byte {len(CIFAR) + 1}: " + ENDS),
    "a pixel of 17": in_line(3, b"0,17" + FIRST_LINE[3:], 2, PIXEL),
    "a pixel of 100": in_line(1, b"100" + FIRST_LINE[1:], 0, PIXEL),
    "a pixel of 1000": in_line(1, b"1,1000" + FIRST_LINE[3:], 2, PIXEL),
    "a negative pixel": in_line(50, b"0,-1" + FIRST_LINE[3:], 2, PIXEL),
    "no pixel": in_line(2, b"0,," + FIRST_LINE[3:], 2, PIXEL),
    "a pixel with a zero before it": in_line(2, b"0,01" + FIRST_LINE[3:], 2, PIXEL),
    "a pixel with a point": in_line(2, b"0.5" + FIRST_LINE[1:], 1, "another character"),
    "a blank": in_line(2, b"0, 1" + FIRST_LINE[3:], 2, PIXEL),
    "a label of 10": in_line(4, b"0," * 64 + b"10", 128, LABEL),
    "63 pixels": in_line(4, b"0," * 63 + b"1", 127, "another character; allowed: a comma"),
    "65 pixels": in_line(4, b"0," * 65 + b"1", 129, "another character; allowed: a line feed"),
    "a carriage return": in_line(4, b"0," * 64 + b"1\r", 129, "another character; allowed: a line"),
    "an empty line": in_line(4, b"", 0, PIXEL),
    "a zero byte": in_line(4, b"0,\0" + FIRST_LINE[3:], 2, PIXEL),
    "digits without the last line feed": (CSV[:-1], f"byte {len(CSV) - 1}: line 50: the file ends"),
    "digits cut in a number": (CSV[:-2], f"byte {len(CSV) - 2}: line 50: no such label"),
}
for name, (content, says) in BAD.items():
    for way, pack in WAYS[:2]:
        with case(f"refused: {name}, {way}"):
            path = write("bad", pack(content))
            places = says if way == "plain" else says.replace("byte", "unpacked byte", 1)
            refused(sidyn("data", path), f"{path}: {places}" if says.startswith("byte") else places)

with case("refused: a file that is not there, and a folder"):
    refused(sidyn("data", path_of("none")),
            f"{path_of('none')}: No such file or directory; allowed: ")
    refused(sidyn("data", ROOT), "Is a directory; allowed: a readable file of at most 268435456")
with case("a bad file behind a good one: the good one is told, status 2"):
    result = sidyn("data", write("good", LABELS), write("bad", LABELS[:-1]), write("good2", LABELS))
    same((result.returncode, result.stdout), (2, output("data", path_of("good"))), "result")
    holds(result.stderr.startswith(f"sidyn: {path_of('bad')}: byte 307: ".encode()), result.stderr)


def limited():
    """Little memory: some 60 MB beside what the program itself takes."""
    resource.setrlimit(resource.RLIMIT_AS, (100 << 20, 100 << 20))


with case("memory that cannot be had: one line, status 2"):
    refused(sidyn("data", write("large", head(150000, 28, 28) + bytes(28 * 28 * 150000)),
                  preexec_fn=limited), "out of memory: ", "bytes cannot be had")
    os.remove(path_of("large"))
with case("a head that promises 256 MiB takes no memory where nothing follows"):
    refused(sidyn("data", write("bad", head(342392, 28, 28)), preexec_fn=limited), "the file ends")

# ---- what gzip adds ----

if HAS_ZLIB:
    PACKED = gzip.compress(IMAGES, mtime=0)
    with case("a small file that unpacks to 4 GiB: refused before it does"):
        zeros = gzip.compress(bytes(1 << 26))
        bomb = gzip.compress(LABELS + bytes(1 << 24)) + 64 * zeros
        print(f"# {len(bomb)} bytes")
        path, begin = write("bomb", bomb), resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
        refused(sidyn("data", path, preexec_fn=limited), f"{path}: unpacked byte 308: {GOES_ON}")
        took = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - begin
        holds(took < 2, f"that took {took} seconds of a processor")
    with case("a small file that unpacks to more records than may be"):
        path = write("bomb", 5 * zeros)
        refused(sidyn("data", path), f"{path}: unpacked byte {87381 * 3073}: "
                "87382 images; allowed: at most 87381 in all files together")
    with case("refused: gzip cut anywhere"):
        for length in (*range(2, 30), *random.Random(3).sample(range(30, len(PACKED)), 30),
                       len(PACKED) - 8, len(PACKED) - 1):
            path = write("cut", PACKED[:length])
            refused(sidyn("data", path),
                    f"{path}: byte {length}: gzip ends in the middle; allowed: a whole file")
    with case("refused: gzip with another bit, but for time and system of its head"):
        seen = set()
        for at in (0, 1, 2, *random.Random(4).sample(range(10, len(PACKED)), 60),
                   len(PACKED) - 8, len(PACKED) - 4):
            changed = bytearray(PACKED)
            changed[at] ^= 0x10
            said = refused(sidyn("data", write("changed", bytes(changed))), "allowed: ")
            seen.add("data check" in said)
        same(seen, {False, True}, "CRC is looked at")
    for name, content, at, says in (
        ("bytes behind gzip", PACKED + b"\0", 0, "bytes behind the end of gzip; allowed: the end"),
        ("half a member behind gzip", PACKED + PACKED[:20], 20, "gzip ends in the middle"),
        ("a member that is too much", PACKED + gzip.compress(b"1"), None,
         f"unpacked byte {len(IMAGES)}: " + GOES_ON),
    ):
        with case(f"refused: {name}"):
            path = write("bad", content)
            place = "" if at is None else f"byte {len(PACKED) + at}: "
            refused(sidyn("data", path), f"{path}: {place}{says}")
with case("built without zlib: plain files as ever, gzip refused with a way out"):
    rest = [path for path in sources("verify/*/*.c", "verify/*/*/*.c")
            if path != "verify/formats/content.c"]
    program = build("plain", ["-USID_HAVE_ZLIB", "verify/formats/content.c", *objects(rest)])
    holds(b"gzip       none (built without zlib" in output("info", program=program), "info")
    path = write("labels", LABELS)
    same(output("data", path, program=program), output("data", path), "plain")
    path = write("packed.gz", gzip.compress(LABELS))
    refused(sidyn("data", path, program=program), f"{path}: byte 0: packed by gzip, and this sidyn "
            "was built without zlib (make deps installs it); allowed: the unpacked file")

finish()
