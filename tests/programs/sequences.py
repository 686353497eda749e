"""Sequences: alignment, hidden states, charts, recurrent networks, filters and transforms."""

import math

import numpy as np

from tests.cases import Programs

programs = Programs()
rng = np.random.default_rng(5)


@programs.at((rng.normal(size=4), rng.normal(size=3), 0.5), (rng.normal(size=1), rng.normal(size=1), 0.5))
def soft_dtw(x, y, gamma):
    """Cuturi and Blondel (2017), algorithm 1."""
    n, m = len(x), len(y)
    R = np.full((n + 1, m + 1), 1e10)
    R[0, 0] = 0.0
    for i in range(1, n + 1):
        for j in range(1, m + 1):
            costs = np.array([R[i - 1, j - 1], R[i - 1, j], R[i, j - 1]])
            least = np.min(costs)
            soft = least - gamma * np.log(np.sum(np.exp(-(costs - least) / gamma)))
            R[i, j] = (x[i - 1] - y[j - 1]) ** 2 + soft
    return R[n, m]


@programs.at(
    (
        np.array([0.6, 0.4]),
        np.array([[0.7, 0.3], [0.4, 0.6]]),
        np.array([[0.5, 0.4, 0.1], [0.1, 0.3, 0.6]]),
        [0, 1, 2, 1],
    ),
    (np.array([0.6, 0.4]), np.array([[0.7, 0.3], [0.4, 0.6]]), np.array([[0.5, 0.5], [0.1, 0.9]]), [1]),
)
def hmm_forward(start, transition, emission, observed):
    T, K = len(observed), len(start)
    alpha = np.zeros((T, K))
    log_likelihood = 0.0
    alpha[0] = start * emission[:, observed[0]]
    for t in range(T):
        if t > 0:
            alpha[t] = (alpha[t - 1] @ transition) * emission[:, observed[t]]
        scale = alpha[t].sum()
        alpha[t] /= scale
        log_likelihood += np.log(scale)
    return log_likelihood


def log_add(a, b):
    m = max(a, b)
    return m + math.log(math.exp(a - m) + math.exp(b - m))


@programs.at((rng.normal(size=4), rng.normal(size=(4, 4)), 0.3), (rng.normal(size=1), rng.normal(size=(1, 1)), 0.3))
def chart(leaf, arc, merge):
    """The inside algorithm over all binary bracketings (Eisner-like)."""
    n = len(leaf)
    inside = {}
    for i in range(n):
        inside[i, i] = leaf[i]
    for width in range(1, n):
        for i in range(n - width):
            j = i + width
            total = None
            for k in range(i, j):
                score = inside[i, k] + inside[k + 1, j] + arc[i, j] + merge
                total = score if total is None else log_add(total, score)
            inside[i, j] = total
    return inside[0, n - 1]


@programs.at(
    (rng.normal(size=(4, 3)), rng.normal(size=(4, 2)) / 2, rng.normal(size=4), rng.normal(size=4)),
    (rng.normal(size=(1, 3)), rng.normal(size=(1, 2)), rng.normal(size=1), rng.normal(size=1)),
)
def crf(emissions, pair, first, last):
    """Log partition function of a chain whose transitions are low rank."""
    T, K = 3, emissions.shape[0]
    score = np.exp(first)
    for t in range(T):
        new = np.empty(K)
        for k in range(K):
            new[k] = np.sum(score * np.exp(pair @ pair[k] + emissions[k, t]))
        score = new
    return np.log(np.sum(score * np.exp(last)))


def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-x))


@programs.at(
    (rng.normal(size=(3, 2)), rng.normal(size=(8, 4)) / 2, rng.normal(size=8) / 2),
    (rng.normal(size=(0, 2)), rng.normal(size=(8, 4)), rng.normal(size=8)),
)
def lstm(xs, W, b):
    n = b.size // 4
    h = np.zeros(n)
    c = np.zeros(n)
    outputs = np.zeros((len(xs), n))
    for t, x in enumerate(xs):
        gates = W @ np.concatenate([x, h]) + b
        i, f, o, g = np.split(gates, 4)
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        h = sigmoid(o) * np.tanh(c)
        outputs[t] = h
    return (outputs**2).sum() + c @ c


@programs.at((rng.normal(size=(3, 4)), 0.7), (rng.normal(size=(1, 2)), 0.7))
def deriche(image, alpha):
    """A recursive smoothing filter, forward and backward along the rows (Deriche 1990)."""
    k = (1 - np.exp(-alpha)) ** 2 / (1 + 2 * alpha * np.exp(-alpha) - np.exp(-2 * alpha))
    a1, a2 = k, k * np.exp(-alpha) * (alpha - 1)
    a3, a4 = k * np.exp(-alpha) * (alpha + 1), -k * np.exp(-2 * alpha)
    b1, b2 = 2 * np.exp(-alpha), -np.exp(-2 * alpha)
    height, width = image.shape
    y1, y2 = np.empty_like(image), np.empty_like(image)
    for i in range(height):
        ym1 = ym2 = xm1 = 0.0
        for j in range(width):
            y1[i, j] = a1 * image[i, j] + a2 * xm1 + b1 * ym1 + b2 * ym2
            xm1 = image[i, j]
            ym2, ym1 = ym1, y1[i, j]
        yp1 = yp2 = xp1 = xp2 = 0.0
        for j in range(width - 1, -1, -1):
            y2[i, j] = a3 * xp1 + a4 * xp2 + b1 * yp1 + b2 * yp2
            xp2, xp1 = xp1, image[i, j]
            yp2, yp1 = yp1, y2[i, j]
    return np.sum((y1 + y2) ** 2)


@programs.at(
    (rng.normal(size=6), np.array([0.2, 0.3]), np.array([0.5, -0.3])),
    (rng.normal(size=1), np.array([0.2, 0.3]), np.array([0.5, -0.3])),
)
def recursive_filter(signal, b, a):
    """An infinite impulse response filter that overwrites its signal, through a short memory."""
    memory = [0.0, 0.0]
    for n in range(len(signal)):
        w = signal[n]
        for k in range(len(memory)):
            w -= a[k] * memory[k]
        signal[n] = b[0] * w + b[1] * memory[0]
        memory.insert(0, w)
        memory.pop()
    return np.sum(np.tanh(signal))


@programs.at((rng.normal(size=(4, 5)), rng.normal(size=(2, 3))), (rng.normal(size=(2, 2)), rng.normal(size=(2, 2))))
def convolution(image, kernel):
    H, W = image.shape
    kh, kw = kernel.shape
    out = np.zeros((H - kh + 1, W - kw + 1))
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            for di in range(kh):
                for dj in range(kw):
                    out[i, j] += image[i + di, j + dj] * kernel[di, dj]
    return np.sum(np.maximum(out, 0.0) ** 2)


@programs.at((rng.normal(size=8), rng.normal(size=8)), (rng.normal(size=1), rng.normal(size=1)))
def fft(re, im):
    """Cooley and Tukey (1965), in place: bit reversal, then butterflies."""
    n = len(re)
    j = 0
    for i in range(1, n):
        bit = n >> 1
        while j & bit:
            j ^= bit
            bit >>= 1
        j |= bit
        if i < j:
            re[i], re[j] = re[j], re[i]
            im[i], im[j] = im[j], im[i]
    size = 2
    while size <= n:
        half = size // 2
        for start in range(0, n, size):
            for k in range(half):
                angle = -2 * math.pi * k / size
                wr, wi = math.cos(angle), math.sin(angle)
                p, q = start + k, start + k + half
                tr = wr * re[q] - wi * im[q]
                ti = wr * im[q] + wi * re[q]
                re[q], im[q] = re[p] - tr, im[p] - ti
                re[p] += tr
                im[p] += ti
        size *= 2
    power = re**2 + im**2
    return np.sum(power * np.arange(n)) + re[0]
