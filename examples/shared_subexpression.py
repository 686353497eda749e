"""An expression written twice is computed once in the generated gradient."""

from math import cos, exp, sin, sqrt

import srcad


def f(x):
    return sqrt(x**2 + exp(x**2)) + cos(x**2 + exp(x**2))


def closed_form(x):
    """The derivative of f, by hand."""
    inner = x**2 + exp(x**2)
    d_inner = 2 * x * (1 + exp(x**2))
    return (0.5 / sqrt(inner) - sin(inner)) * d_inner


def main():
    gradient = srcad.grad(f)
    for x in (0.3, 0.7, 1.1):
        print(f"x = {x}:  grad {gradient(x):.15f}  closed form {closed_form(x):.15f}")
    print()
    print(gradient.source)


if __name__ == "__main__":
    main()
