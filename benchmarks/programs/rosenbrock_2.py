"""Two numbers: Rosenbrock's function, where a call costs what calling costs."""

ARGNUMS = (0, 1)


def inputs():
    return 1.2, 0.7


def primal(x, y):
    return (1.0 - x) ** 2 + 100.0 * (y - x * x) ** 2


def by_hand(x, y):
    gap = y - x * x
    return -2.0 * (1.0 - x) - 400.0 * gap * x, 200.0 * gap


limit = by_hand


def in_jax(jax, jnp):
    return primal


def in_torch(torch):
    return primal


def in_autograd(np):
    return primal
