"""The networks of `make bench` as a user of arrays would write them: NumPy, or torch with 64 bits.

Trajectories are stacked: arrays of trajectories by rows by features, products of whole stacks; a
single one has no axis for them, which is faster. What is written to is there where that is faster;
with torch the gradient is its own, as its users have it.
"""

import time

IMAGES, PIXELS, CLASSES, BATCH, DEEP = 1024, 64, 10, 32, 32
SCALE, CENTRE, TEMPERATURE, START = 0.0625, 0.5, 2.0, 0.2
LR, WD = 0.05, 0.01


def data(np):
    """The images of request.h as numbers, the labels, and the last layer."""
    k = np.arange(IMAGES * PIXELS, dtype=np.uint32)
    k = k * np.uint32(0x9E3779B1)
    k = (k ^ k >> np.uint32(16)) * np.uint32(0x045D9F3B)
    k = (k ^ k >> np.uint32(16)) >> np.uint32(16)
    pixels = (k * np.uint32(17) >> np.uint32(16)).reshape(IMAGES, PIXELS)
    return pixels * SCALE - CENTRE, np.arange(IMAGES) % CLASSES


def readout(np, width):
    common = np.arange(width)[:, None] & np.arange(1, CLASSES + 1)
    odd = sum(common >> bit & 1 for bit in range(8)) % 2
    return np.where(odd, -1.0, 1.0) * (TEMPERATURE / np.sqrt(width))


class Arrays:
    """NumPy: backpropagation by hand."""

    def __init__(self, np, width, count):
        self.np, self.stack = np, (count,) if count > 1 else ()
        self.rng = np.random.Generator(np.random.PCG64(1))
        self.images, self.labels = data(np)
        self.last = readout(np, width)
        sizes = [(PIXELS, width), (width, width)][:2 if width >= DEEP else 1]
        self.weights = [self.rng.standard_normal((*self.stack, *size)) * START for size in sizes]
        self.hot = np.eye(CLASSES)[self.labels] / BATCH

    def step(self):
        np = self.np
        chosen = self.rng.integers(0, IMAGES, (*self.stack, BATCH))
        inputs, inverses = [self.images.take(chosen, axis=0)], []
        normalised = []
        for weights in self.weights:
            z = inputs[-1] @ weights
            z -= z.mean(-2, keepdims=True)
            inverse = 1 / np.sqrt(np.einsum("...qo,...qo->...o", z, z) * (1 / BATCH))
            z *= inverse[..., None, :]
            normalised.append(z)
            inverses.append(inverse)
            inputs.append(np.maximum(z, 0))
        d = inputs[-1] @ self.last
        d -= d.max(-1, keepdims=True)
        np.exp(d, out=d)
        d *= (1 / BATCH) / d.sum(-1, keepdims=True)
        d -= self.hot.take(chosen, axis=0)
        d = d @ self.last.T
        for k in reversed(range(len(self.weights))):
            z = normalised[k]
            d *= z > 0
            h = np.einsum("...qo,...qo->...o", d, z) * (1 / BATCH)
            d -= d.mean(-2, keepdims=True)
            z *= h[..., None, :]
            d -= z
            d *= inverses[k][..., None, :]
            gradient = inputs[k].swapaxes(-1, -2) @ d
            if k:
                d = d @ self.weights[k].swapaxes(-1, -2)
            gradient *= LR
            self.weights[k] *= 1 - LR * WD
            self.weights[k] -= gradient

    def size(self):
        return float(sum((w * w).sum() for w in self.weights))


class Tensors:
    """torch: its own gradients."""

    def __init__(self, torch, width, count):
        import numpy as np

        made = Arrays(np, width, count)
        self.torch, self.stack = torch, made.stack
        self.images, self.labels, self.last = map(torch.from_numpy,
                                                  (made.images, made.labels, made.last))
        self.weights = [torch.from_numpy(w).requires_grad_() for w in made.weights]

    def step(self):
        torch = self.torch
        chosen = torch.randint(0, IMAGES, (*self.stack, BATCH))
        with torch.enable_grad():
            a = self.images[chosen]
            for weights in self.weights:
                s = a @ weights
                c = s - s.mean(-2, keepdim=True)
                a = torch.relu(c / (c * c).mean(-2, keepdim=True).sqrt())
            f = (a @ self.last).reshape(-1, CLASSES)
            loss = torch.nn.functional.cross_entropy(f, self.labels[chosen].reshape(-1),
                                                     reduction="sum") / BATCH
            gradients = torch.autograd.grad(loss, self.weights)
        for weights, gradient in zip(self.weights, gradients):
            weights.mul_(1 - LR * WD).sub_(gradient, alpha=LR)

    def size(self):
        return float(sum((w * w).sum() for w in self.weights))


def run(library, width, count, steps):
    """library: the module numpy or torch. Returns when it started, the number of steps of all, and
    the mean of |x|^2 at the end."""
    made = (Arrays if library.__name__ == "numpy" else Tensors)(library, width, count)
    started = time.thread_time(), time.perf_counter()
    for _ in range(steps):
        made.step()
    return started, count * steps, made.size() / count
