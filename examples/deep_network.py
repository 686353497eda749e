"""A network of K layers, f_i = sigma(A_i f_{i-1} + b_i), with squared loss: the gradient covers every A_j and b_j."""

import numpy as np

import srcad


def sigma(z):
    return 1 / (1 + np.exp(-z))


def network(A, b, x):
    f = x
    for i in range(len(A)):
        f = sigma(A[i] @ f + b[i])
    return f


def loss(A, b, x, y):
    return np.sum((network(A, b, x) - y) ** 2)


def backpropagation(A, b, x, y):
    """The same gradient by hand."""
    layers = [x]
    for A_i, b_i in zip(A, b, strict=True):
        layers.append(sigma(A_i @ layers[-1] + b_i))
    d_f = 2 * (layers[-1] - y)
    d_A, d_b = [], []
    for A_i, below, above in zip(reversed(A), reversed(layers[:-1]), reversed(layers[1:]), strict=True):
        d_z = d_f * above * (1 - above)
        d_A.insert(0, np.outer(d_z, below))
        d_b.insert(0, d_z)
        d_f = A_i.T @ d_z
    return d_A, d_b


def random_network(sizes, seed=0):
    """Weights and offsets for layers of the given sizes."""
    random = np.random.default_rng(seed)
    A = [random.normal(size=(n, m)) for m, n in zip(sizes[:-1], sizes[1:], strict=True)]
    b = [random.normal(size=n) for n in sizes[1:]]
    return A, b


def train(A, b, x, y, steps=200, rate=0.5):
    """Gradient descent on one example: the losses."""
    loss_and_gradient = srcad.value_and_grad(loss, argnums=(0, 1))
    losses = []
    for _ in range(steps):
        value, (d_A, d_b) = loss_and_gradient(A, b, x, y)
        losses.append(value)
        A = [A_i - rate * d for A_i, d in zip(A, d_A, strict=True)]
        b = [b_i - rate * d for b_i, d in zip(b, d_b, strict=True)]
    return losses


def main():
    A, b = random_network((3, 5, 4, 2))
    x, y = np.array([0.5, -1.0, 2.0]), np.array([0.2, 0.8])
    gradient = srcad.grad(loss, argnums=(0, 1))
    d_A, d_b = gradient(A, b, x, y)
    by_hand = backpropagation(A, b, x, y)
    for i in range(len(A)):
        off = max(np.abs(d_A[i] - by_hand[0][i]).max(), np.abs(d_b[i] - by_hand[1][i]).max())
        print(f"layer {i + 1}: A {d_A[i].shape}, b {d_b[i].shape}, largest difference from backpropagation {off:.1e}")
    losses = train(A, b, x, y)
    print(f"loss {losses[0]:.4f} -> {losses[-1]:.2e} in {len(losses)} steps")
    print()
    print(gradient.source_for(A, b, x, y))


if __name__ == "__main__":
    main()
