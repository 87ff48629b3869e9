"""Files of images in the formats of MNIST, CIFAR-10 and scikit-learn's digits, made from a seed.

Usage: image_files.py FOLDER [COUNT]: COUNT images (60000) as images-idx3-ubyte.gz,
labels-idx1-ubyte.gz, data_batch.bin and digits.csv.gz. What they show is a bright square on noise,
whose place tells the label, so a network can learn it.
"""

import gzip
import os
import random
import struct
import sys

CLASSES = 10
CIFAR_SIDE, DIGITS_SIDE, MNIST_SIDE = 32, 8, 28


def labels_of(count, seed=1, classes=CLASSES):
    """Bytes of labels."""
    return bytes(random.Random(seed).choices(range(classes), k=count))


def plane(generator, label, side, most):
    """One plane of side*side bytes up to most: below a half but for the square of the label."""
    noise = generator.randbytes(side * side)
    pixels = bytearray(byte % (most // 2) for byte in noise)
    row, column = divmod(label, 4)
    edge = side // 4
    for y in range(row * edge, (row + 1) * edge):
        at = y * side + column * edge
        pixels[at:at + edge] = bytes([most]) * edge
    return bytes(pixels)


def idx_images(images, height, width):
    """The bytes of images, one after the other, as IDX."""
    count = len(images) // (height * width)
    return struct.pack(">BBBBIII", 0, 0, 8, 3, count, height, width) + images


def idx_labels(labels):
    return struct.pack(">BBBBI", 0, 0, 8, 1, len(labels)) + labels


def mnist(count, seed=1):
    """(images, labels): the two files of MNIST's format."""
    labels, generator = labels_of(count, seed), random.Random(seed)
    planes = b"".join(plane(generator, label, MNIST_SIDE, 255) for label in labels)
    return idx_images(planes, MNIST_SIDE, MNIST_SIDE), idx_labels(labels)


def cifar(count, seed=1):
    """A file of CIFAR-10's binary format: a label and the planes red, green, blue."""
    generator = random.Random(seed)
    return b"".join(bytes([label]) + b"".join(plane(generator, label, CIFAR_SIDE, 255)
                                              for _ in range(3))
                    for label in labels_of(count, seed))


def digits(count, seed=1):
    """A file of the digits' format: 64 pixels and a label in a line."""
    generator = random.Random(seed)
    return "".join(",".join(map(str, (*plane(generator, label, DIGITS_SIDE, 16), label))) + "\n"
                   for label in labels_of(count, seed)).encode()


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    count = int(sys.argv[2]) if len(sys.argv) == 3 else 60000
    os.makedirs(sys.argv[1], exist_ok=True)
    images, labels = mnist(count)
    for name, content in (("images-idx3-ubyte.gz", images), ("labels-idx1-ubyte.gz", labels),
                          ("data_batch.bin", cifar(count)), ("digits.csv.gz", digits(count))):
        if name.endswith(".gz"):
            content = gzip.compress(content, 6, mtime=0)
        with open(os.path.join(sys.argv[1], name), "wb") as file:
            file.write(content)


if __name__ == "__main__":
    main()
