"""Section 3 of docs/spec-network.md."""
import math

import numpy as np

SHIFTER = 6755399441055744.0  # M
LN2_HIGH = float.fromhex("0x1.62e42fee00000p-1")  # H
LN2_LOW = float.fromhex("0x1.a39ef35793c76p-33")  # J


def exponential(x):
    """E(x), x <= 0"""
    inside = x >= -700.0
    safe = np.where(inside, x, 0.0)
    k = (safe * 1.4426950408889634 + SHIFTER) - SHIFTER
    r = (safe - k * LN2_HIGH) - k * LN2_LOW
    q = 1.0 / math.factorial(13)
    for j in range(12, 1, -1):
        q = 1.0 / math.factorial(j) + r * q
    value = (1.0 + (r + (r * r) * q)) * np.ldexp(1.0, k.astype(int))
    return np.where(inside, value, np.where(x < -700.0, 0.0, np.nan))


def log1p(u):
    """N(u), u >= 0"""
    finite = np.isfinite(u)
    safe = np.where(finite, u, 0.0)
    m, k = 1.0 + safe, np.zeros(safe.shape)
    while (large := m >= 1.4142135623730951).any():
        m, k = np.where(large, m * 0.5, m), k + large
    g = np.where(k == 0.0, safe, m - 1.0)
    s = g / (2.0 + g)
    z = s * s
    q = 1.0 / 21.0
    for j in range(19, 1, -2):
        q = 1.0 / j + z * q
    h = 2.0 * (s + s * (z * q))
    return np.where(finite, k * LN2_HIGH + (k * LN2_LOW + h), u)


def relu(z):
    above = z > 0.0
    return np.where(above, z, 0.0), np.where(above, 1.0, 0.0), np.zeros(z.shape)


def swish(z):
    e = exponential(-np.abs(z))
    q = 1.0 / (1.0 + e)
    r = e * q
    s, t = np.where(z >= 0.0, [q, r], [r, q])
    return z * s, s * (1.0 + z * t), (s * t) * (2.0 + z * (t - s))


def linear(z):
    return z, np.ones(z.shape), np.zeros(z.shape)


# z -> (value, slope, curvature)
ACTIVATIONS = {"relu": relu, "swish": swish, "linear": linear}
