"""Two textbook functions of a logarithm, a product and a sine."""

from math import log, sin

import srcad


@srcad.grad(argnums=(0, 1))
def first(x1, x2):
    return log(x1) + x1 * x2 - sin(x2)


@srcad.grad(argnums=(0, 1))
def second(x1, x2):
    return log(x1) + x1 * sin(x2)


def main():
    print("log(x1) + x1*x2 - sin(x2) at (2, 5):", first(2.0, 5.0))
    print("log(x1) + x1*sin(x2)      at (2, 1):", second(2.0, 1.0))
    print()
    print(first.source)


if __name__ == "__main__":
    main()
