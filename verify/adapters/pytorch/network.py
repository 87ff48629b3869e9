"""docs/spec-network.md. Every x is a batch of rows, and so are the images and the numbers of
layers: row, sample (or sample and position), number."""

import torch
from torch.nn import functional

from problems import Problem, scalar, tensor

ACTIVATIONS = {"relu": torch.relu, "swish": functional.silu, "linear": lambda z: z}
TINY = 2.0**-70


class Layer:
    """Where the inputs of each position are among the numbers below; `below` stands for a zero."""

    def __init__(self, fields, shape, first):
        rows, cols, channels = shape
        self.below, self.first = rows * cols * channels, first
        self.conv, self.width = "conv" in fields, int(fields.get("conv", fields.get("dense")))
        self.shape, places = (1, 1, self.width), torch.arange(self.below)[None]
        if self.conv:
            grid = torch.full((rows + 2, cols + 2, channels), self.below)
            grid[1:-1, 1:-1] = torch.arange(self.below).reshape(rows, cols, channels)
            stride = int(fields["stride"])
            patches = grid.unfold(0, 3, stride).unfold(1, 3, stride).permute(0, 1, 3, 4, 2)
            self.shape = (patches.shape[0], patches.shape[1], self.width)
            places = patches.reshape(-1, 9 * channels)
        self.places = places
        self.positions, self.inputs = places.shape
        self.size, self.numbers = self.inputs * self.width, self.positions * self.width

    def inputs_of(self, batch):
        """rows x samples x positions x inputs"""
        return functional.pad(batch, (0, 1))[:, :, self.places]

    def weights(self, x):
        part = x[:, self.first : self.first + self.size]
        return part.reshape(len(x), 1, self.inputs, self.width)


class Network(Problem):
    default_noise = "samples"

    def read(self, fields):
        norm, data = fields["norm"], fields["data"]
        self.norm, self.eps = norm["kind"], scalar(norm.get("eps", 0))
        self.groups, self.gain = int(norm.get("groups", 1)), scalar(norm.get("gain", 1))
        self.scale_invariant = self.norm != "none" and self.eps.item() == 0
        self.activation = ACTIVATIONS[fields["activation"]]
        self.loss_kind, self.classes = fields["loss"], int(fields["classes"])
        images = tensor(data["images"]) * scalar(data["scale"]) - scalar(data["centre"])
        labels, (first, n) = torch.tensor(data["labels"]), data["train"]
        test = slice(*data.get("test", [0, 0]))
        self.images, self.labels = images[first:n], labels[first:n]
        self.test_images, self.test_labels = images[test], labels[test]
        self.samples = len(self.labels)
        self.weights = torch.full((self.samples,), 1.0 / self.samples)
        self.layers, shape, self.dim = [], data["shape"], 0
        for layer in fields["layers"]:
            self.layers.append(Layer(layer, shape, self.dim))
            shape, self.dim = self.layers[-1].shape, self.dim + self.layers[-1].size
        D = self.layers[-1].numbers
        signs = [[(-1.0) ** bin(i & (c + 1)).count("1") for c in range(self.classes)]
                 for i in range(D)]
        self.readout = scalar(fields["temperature"]) / D**0.5 * tensor(signs)

    def normalise(self, s, known):
        """s: rows x samples x positions x width; known: mean and 1/deviation of another batch."""
        if self.norm in ("none", "wn"):
            return s, None
        split = s.unflatten(-1, (self.groups if self.norm == "gn" else 1, -1))
        over = (1, 2) if self.norm == "bn" else (2, 4)
        if known is None:
            mean = split.mean(over, keepdim=True)
            w = ((split - mean) ** 2).mean(over, keepdim=True) + self.eps
            none = w <= TINY * mean**2
            known = mean, torch.where(none, 0.0, torch.where(none, 1.0, w).rsqrt())
        return ((split - known[0]) * known[1]).flatten(-2), known

    def outputs(self, x, images, known=None):
        """(rows x samples x classes, what normalised each layer)"""
        numbers, used = images, []
        for k, layer in enumerate(self.layers):
            w = layer.weights(x)
            if self.norm == "wn":
                square = (w**2).sum(2, keepdim=True) + self.eps
                none = square == 0
                w = w * torch.where(none, 0.0, self.gain * torch.where(none, 1.0, square).rsqrt())
            z, norm = self.normalise(layer.inputs_of(numbers) @ w, known and known[k])
            used.append(norm)
            numbers = self.activation(z).flatten(2)
        return numbers @ self.readout, used

    def losses(self, f, labels):
        if self.loss_kind == "cross_entropy":
            return functional.cross_entropy(f.movedim(-1, 1), labels, reduction="none")
        return 0.5 * ((f - functional.one_hot(labels, self.classes)) ** 2).sum(-1)

    def batch_loss(self, x, index):
        """index: rows x batch"""
        return self.losses(self.outputs(x, self.images[index])[0], self.labels[index]).mean(-1)

    def all(self, x):
        return torch.arange(self.samples).expand(len(x), -1)

    def loss(self, x):
        return self.batch_loss(x, self.all(x))

    def batch_gradient(self, x, index):
        x = x.detach().requires_grad_()
        return torch.autograd.grad(self.batch_loss(x, index).sum(), x)[0]

    def deviations(self, x):
        """Gradients of the samples less the full gradient: rows x samples x dim."""
        each = x.repeat_interleave(self.samples, 0)
        index = torch.arange(self.samples).repeat(len(x))[:, None]
        g = self.batch_gradient(each, index).reshape(len(x), self.samples, -1)
        return g - self.gradient(x).unsqueeze(-2)

    # ---- evaluation

    def test_outputs(self, x):
        known = self.outputs(x, self.images[self.all(x)])[1] if self.norm == "bn" else None
        return self.outputs(x, self.test_images.expand(len(x), -1, -1), known)[0]

    def test_loss(self, x):
        return self.losses(self.test_outputs(x), self.test_labels.expand(len(x), -1)).mean(-1)

    def test_classes(self, x):
        return self.test_outputs(x).argmax(-1).to(x.dtype)

    def test_accuracy(self, x):
        return (self.test_classes(x) == self.test_labels).to(x.dtype).mean(-1)

    def accuracy(self, x):
        classes = self.outputs(x, self.images[self.all(x)])[0].argmax(-1)
        return (classes == self.labels).to(x.dtype).mean(-1)

    def layer_norm2(self, x):
        parts = [x[:, layer.first : layer.first + layer.size] for layer in self.layers]
        return torch.stack([(part**2).sum(-1) for part in parts], -1)


def next_batch(problem, state, draw, batch):
    """Epochs: the order and the count after a step from them, and the indices of its batch. draw:
    one row."""
    order, taken = state["o"].long(), int(state["e"].item())
    if taken == problem.samples // batch:
        order, taken = torch.arange(problem.samples)[None].repeat(len(draw), 1), 0
        for k, i in enumerate(range(problem.samples - 1, 0, -1)):
            j = int(draw[0, k].item())
            order[:, [i, j]] = order[:, [j, i]]
    index = order[:, taken * batch : (taken + 1) * batch]
    following = {"o": order.to(draw.dtype), "e": torch.full_like(state["e"], taken + 1)}
    return following, index
