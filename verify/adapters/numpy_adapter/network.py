"""docs/spec-network.md at many points at once: x has a row for each trajectory.

Arrays of a layer have the indices trajectory, row and feature (a row is a sample and a position);
those of a whole batch trajectory, sample and number. Sums over rows, inputs, features and classes
are in order, those of ln and gn canonical.
"""
import numpy as np

from network_functions import ACTIVATIONS, exponential, log1p
from problems import real
from streams import dot, in_order_along, sum8


def in_line(a):
    """The sum over the last index in its order"""
    return in_order_along(a, -1)


def product(a, w):
    """sum_i a_qi*w_io"""
    return in_order_along(a[:, :, :, None] * w[:, None], 2)[:, :, 0]


def transposed(d, w):
    """sum_o d_qo*w_io"""
    return in_line(d[:, :, None] * w[:, None])[:, :, :, 0]


def outer(a, d):
    """sum_q a_qi*d_qo"""
    return in_order_along(a[:, :, :, None] * d[:, :, None], 1)[:, 0]


def inputs_dot(u, v):
    """sum_i u_io*v_io"""
    return in_order_along(u * v, 1)


class Layer:
    """I inputs, width O, positions P; places are the numbers of the layer below that the inputs of
    each position are, `below` (a zero behind them) where there is none."""

    def __init__(self, fields, shape, first):
        rows, cols, channels = shape
        self.below, self.first = rows * cols * channels, first
        self.conv, self.width = "conv" in fields, fields.get("conv", fields.get("dense"))
        self.shape, self.places = (1, 1, self.width), np.arange(self.below)[None]
        if self.conv:
            t = fields["stride"]
            self.shape = ((rows - 1) // t + 1, (cols - 1) // t + 1, self.width)
            self.places = np.array([self.patch(r * t, c * t, shape) for r in range(self.shape[0])
                                    for c in range(self.shape[1])])
        self.positions, self.inputs = self.places.shape
        self.size, self.numbers = self.inputs * self.width, self.positions * self.width

    def patch(self, row, col, shape):
        rows, cols, channels = shape
        return [((r * cols + c) * channels + f) if 0 <= r < rows and 0 <= c < cols else self.below
                for r in range(row - 1, row + 2) for c in range(col - 1, col + 2)
                for f in range(channels)]

    def rows(self, batch):
        """The inputs of every row."""
        if not self.conv:
            return batch
        padded = np.concatenate([batch, np.zeros(batch.shape[:2] + (1,))], axis=2)
        return padded[:, :, self.places].reshape(len(batch), -1, self.inputs)

    def batch(self, rows):
        """The rows of a sample as one list of numbers."""
        return rows.reshape(len(rows), -1, self.numbers)

    def split(self, batch):
        return batch.reshape(len(batch), -1, self.width)

    def give_back(self, u):
        """The derivatives to the numbers below from those to the inputs of every row."""
        if not self.conv:
            return u
        u = u.reshape(len(u), -1, self.positions, self.inputs)
        d = np.zeros(u.shape[:2] + (self.below,))
        for position, places in enumerate(self.places):
            inside = places < self.below
            d[:, :, places[inside]] += u[:, :, position, inside]
        return d

    def weights(self, x):
        return x[:, self.first : self.first + self.size].reshape(len(x), self.inputs, self.width)


class Groups:
    """The means of bn, ln and gn: an array of a layer with the numbers of a group last."""

    def __init__(self, network, layer):
        self.network, self.layer = network, layer
        self.bn = network.norm == "bn"
        self.parts = network.groups if network.norm == "gn" else 1

    def gather(self, u):
        if self.bn:
            return u.transpose(0, 2, 1)
        split = (len(u), -1, self.layer.positions, self.parts, self.layer.width // self.parts)
        grouped = u.reshape(split).transpose(0, 1, 3, 2, 4)
        return grouped.reshape(grouped.shape[:3] + (-1,))

    def scatter(self, grouped):
        if self.bn:
            return grouped.transpose(0, 2, 1)
        part = self.layer.width // self.parts
        u = grouped.reshape(grouped.shape[:3] + (self.layer.positions, part))
        return u.transpose(0, 1, 3, 2, 4).reshape(len(u), -1, self.layer.width)

    def mean(self, u):
        """S(u)*iM"""
        return (in_line(u) if self.bn else sum8(u)) * (1.0 / u.shape[-1])

    def normalise(self, s, known):
        """(z, mu, isd); known: the mu and isd of another batch"""
        if known is None:
            mu = self.mean(s)
            c = s - mu
            w = self.mean(c * c) + self.network.eps
            known = mu, np.where(w <= 2.0**-70 * (mu * mu), 0.0, 1.0 / np.sqrt(w))
        return (s - known[0]) * known[1], *known

    def back(self, d, z, isd):
        """(d after it, h)"""
        h = self.mean(d * z)
        return isd * ((d - self.mean(d)) - z * h), h


class Pass:
    """What a batch leaves in one layer: a, w (W or Wh), z, slope, curvature, and of its norm
    groups, zg (z by groups), mu, isd, iw. Along y: ra, y (Y or Yh), u, m, rz."""


class Network:
    weighted = False

    def __init__(self, fields):
        norm, data = fields["norm"], fields["data"]
        self.norm, self.eps = norm["kind"], real(norm.get("eps", 0))
        self.groups, self.gain = norm.get("groups", 1), real(norm.get("gain", 1))
        self.scale_invariant = self.norm != "none" and self.eps == 0.0
        self.activation, self.loss_kind = ACTIVATIONS[fields["activation"]], fields["loss"]
        self.classes = fields["classes"]
        pixels = np.array(data["images"], np.float64)
        values, labels = pixels * real(data["scale"]) - real(data["centre"]), data["labels"]
        first, n = data["train"]
        test = slice(*data.get("test", [0, 0]))
        self.images, self.labels = values[first:n], np.array(labels[first:n])
        self.test_images, self.test_labels = values[test], np.array(labels[test], int)
        self.n = len(self.images)
        self.layers, shape, self.dim = [], data["shape"], 0
        for layer in fields["layers"]:
            self.layers.append(Layer(layer, shape, self.dim))
            shape, self.dim = self.layers[-1].shape, self.dim + self.layers[-1].size
        self.readout = self.last_layer(real(fields["temperature"]), self.layers[-1].numbers)
        most = max(layer.positions * layer.size for layer in self.layers)
        self.size = max(self.n, len(self.test_images)) * most

    def last_layer(self, temperature, D):
        v = temperature / np.sqrt(np.float64(D))
        odd = np.array([[bin(i & (c + 1)).count("1") % 2 for c in range(self.classes)]
                        for i in range(D)])
        return np.where(odd == 1, -v, v)[None]

    def batch(self, x, index):
        """Images and labels of the samples of each trajectory."""
        index = np.broadcast_to(index, (len(x), np.shape(index)[-1]))
        return self.images[index], self.labels[index]

    def all(self, x):
        return self.batch(x, np.arange(self.n))

    # ---- forward

    def forward(self, x, images, known=None):
        """(the passes of the layers, the outputs f_bc); known: passes whose mu and isd hold"""
        passes, batch = [], images
        for k, layer in enumerate(self.layers):
            p = self.layer_forward(layer, x, batch, known and known[k])
            passes.append(p)
            batch = layer.batch(p.value)
        return passes, product(batch, self.readout)

    def layer_forward(self, layer, x, batch, known):
        p = Pass()
        p.a, p.w = layer.rows(batch), layer.weights(x)
        if self.norm == "wn":
            r = np.sqrt(inputs_dot(p.w, p.w) + self.eps)
            p.iw = np.where(r == 0.0, 0.0, self.gain / r)
            p.w = p.w * p.iw
        p.z = product(p.a, p.w)
        if self.norm in ("bn", "ln", "gn"):
            p.groups = Groups(self, layer)
            p.zg, p.mu, p.isd = p.groups.normalise(p.groups.gather(p.z),
                                                   known and (known.mu, known.isd))
            p.z = p.groups.scatter(p.zg)
        p.value, p.slope, p.curvature = self.activation(p.z)
        return p

    # ---- loss

    def chosen(self, f, y):
        """f_y of every sample"""
        return np.take_along_axis(f, y[:, :, None], axis=2)

    def relative(self, f):
        """(m, e_c) of the cross entropy"""
        m = classes_of(f)
        return m, exponential(f - self.chosen(f, m))

    def residuals(self, f, y):
        return np.where(np.arange(self.classes) == y[:, :, None], f - 1.0, f)

    def losses(self, f, y):
        if self.loss_kind == "squared_error":
            r = self.residuals(f, y)
            return 0.5 * in_line(r * r)
        m, e = self.relative(f)
        return log1p(sum_without(e, m)) - (self.chosen(f, y) - self.chosen(f, m))

    def mean_loss(self, f, y):
        return in_line(self.losses(f, y)[:, :, 0]) * (1.0 / y.shape[1])

    def loss(self, x):
        images, y = self.all(x)
        return self.mean_loss(self.forward(x, images)[1], y)

    # ---- gradient

    def probabilities(self, f):
        e = self.relative(f)[1]
        return e * (1.0 / in_line(e))

    def output_derivatives(self, f, y, w):
        if self.loss_kind == "squared_error":
            return w * self.residuals(f, y)
        p = self.probabilities(f)
        own = np.arange(self.classes) == y[:, :, None]
        return np.where(own, -(w * sum_without(p, y)), w * p)

    def backward(self, passes, f, y, w):
        """(g of every layer, d of every layer after its norm)"""
        gradients, derivatives = [], []
        below = transposed(self.output_derivatives(f, y, w), self.readout)
        for layer, p in reversed(list(zip(self.layers, passes))):
            d = p.slope * layer.split(below)
            if self.norm in ("bn", "ln", "gn"):
                d = p.groups.scatter(p.groups.back(p.groups.gather(d), p.zg, p.isd)[0])
            g = outer(p.a, d)
            if self.norm == "wn":
                t = inputs_dot(g, p.w) * (1.0 / (self.gain * self.gain))
                g = p.iw * (g - t * p.w)
            gradients.insert(0, g)
            derivatives.insert(0, d)
            if layer.first > 0:
                below = layer.give_back(transposed(d, p.w))
        return gradients, derivatives

    def batch_gradient(self, x, index, w=None):
        """Of the batch of these samples, with other weights than 1/B if they are given."""
        images, y = self.batch(x, index)
        passes, f = self.forward(x, images)
        w = np.full(y.shape + (1,), 1.0 / y.shape[1]) if w is None else w
        return flat(self.backward(passes, f, y, w)[0])

    def gradient(self, x):
        return self.batch_gradient(x, np.arange(self.n))

    def sample_gradient(self, x, i):
        return self.batch_gradient(x, [i])

    # ---- Hessian

    def hessian_vector(self, x, v):
        images, y = self.all(x)
        passes, f = self.forward(x, images)
        ra = None
        for layer, p in zip(self.layers, passes):
            self.layer_along(layer, p, ra, layer.weights(v))
            ra = layer.batch(p.slope * p.rz)
        rf, w = product(ra, self.readout), np.full(y.shape + (1,), 1.0 / self.n)
        rd = w * rf
        if self.loss_kind == "cross_entropy":
            probability = self.probabilities(f)
            rd = (w * probability) * (rf - in_line(probability * rf))
        below = transposed(self.output_derivatives(f, y, w), self.readout)
        r_below, result = transposed(rd, self.readout), []
        for layer, p in reversed(list(zip(self.layers, passes))):
            h, d, rd = self.layer_back(p, layer.split(below), layer.split(r_below))
            result.insert(0, h)
            if layer.first > 0:
                terms = rd[:, :, None] * p.w[:, None] + d[:, :, None] * p.y[:, None]
                below = layer.give_back(transposed(d, p.w))
                r_below = layer.give_back(in_line(terms)[:, :, :, 0])
        return flat(result)

    def layer_along(self, layer, p, ra, y):
        p.ra, p.y = None if ra is None else layer.rows(ra), y
        if self.norm == "wn":
            p.u = (p.iw * inputs_dot(p.w, y)) * (1.0 / (self.gain * self.gain))
            p.y = p.iw * y - p.u * p.w
        if p.ra is None:
            p.rz = product(p.a, p.y)
        else:
            terms = p.ra[:, :, :, None] * p.w[:, None] + p.a[:, :, :, None] * p.y[:, None]
            p.rz = in_order_along(terms, 2)[:, :, 0]
        if self.norm in ("bn", "ln", "gn"):
            rs = p.groups.gather(p.rz)
            rc = rs - p.groups.mean(rs)
            p.m = p.groups.mean(p.zg * rc)
            p.rzg = p.isd * (rc - p.zg * p.m)
            p.rz = p.groups.scatter(p.rzg)

    def layer_back(self, p, d, rd):
        """(h, d and Rd of every row)"""
        rd = (p.curvature * p.rz) * d + p.slope * rd
        d = p.slope * d
        if self.norm in ("bn", "ln", "gn"):
            d, rd = self.norm_back(p, p.groups.gather(d), p.groups.gather(rd))
        if p.ra is None:
            h = outer(p.a, rd)
        else:
            terms = p.ra[:, :, :, None] * d[:, :, None] + p.a[:, :, :, None] * rd[:, :, None]
            h = in_order_along(terms, 1)[:, 0]
        if self.norm != "wn":
            return h, d, rd
        g, ig = outer(p.a, d), 1.0 / (self.gain * self.gain)
        t = inputs_dot(g, p.w) * ig
        rt = in_order_along(h * p.w + g * p.y, 1) * ig
        h = p.iw * ((h - rt * p.w) - t * p.y) - p.u * (p.iw * (g - t * p.w))
        return h, d, rd

    def norm_back(self, p, d, rd):
        ds, h = p.groups.back(d, p.zg, p.isd)
        rp, rh = p.groups.mean(rd), p.groups.mean(rd * p.zg + d * p.rzg)
        rds = p.isd * ((rd - rp) - (p.rzg * h + p.zg * rh)) - (p.isd * p.m) * ds
        return p.groups.scatter(ds), p.groups.scatter(rds)

    # ---- evaluation

    def test_outputs(self, x):
        images = np.broadcast_to(self.test_images, (len(x),) + self.test_images.shape)
        known = self.forward(x, self.all(x)[0])[0] if self.norm == "bn" else None
        return self.forward(x, images, known)[1]

    def test_loss(self, x):
        y = np.broadcast_to(self.test_labels, (len(x), len(self.test_labels)))
        return self.mean_loss(self.test_outputs(x), y)

    def accuracy(self, x):
        images, y = self.all(x)
        return (classes_of(self.forward(x, images)[1]) == y).mean(axis=1, keepdims=True)

    def test_accuracy(self, x):
        return (self.test_classes(x) == self.test_labels).mean(axis=1, keepdims=True)

    def test_classes(self, x):
        return classes_of(self.test_outputs(x)).astype(float)

    def layer_norm2(self, x):
        parts = [x[:, layer.first : layer.first + layer.size] for layer in self.layers]
        return np.concatenate([dot(part, part) for part in parts], axis=1)


def flat(parts):
    return np.concatenate([part.reshape(len(part), -1) for part in parts], axis=1)


def classes_of(f):
    """The smallest c with the largest f_c"""
    m, largest = np.zeros(f.shape[:2], int), f[:, :, 0]
    for c in range(1, f.shape[2]):
        above = f[:, :, c] > largest
        m, largest = np.where(above, c, m), np.where(above, f[:, :, c], largest)
    return m


def sum_without(e, skipped):
    """sum_c of the classes that are not `skipped`"""
    total, begun = np.zeros(e.shape[:2]), np.zeros(e.shape[:2], bool)
    for c in range(e.shape[2]):
        term = skipped != c
        total = np.where(term, np.where(begun, total + e[:, :, c], e[:, :, c]), total)
        begun |= term
    return total[:, :, None]
