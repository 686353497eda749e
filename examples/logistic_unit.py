"""One logistic unit with two inputs: its gradient with respect to weights and inputs."""

import numpy as np

import srcad


def unit(w0, w1, w2, x1, x2):
    return 1 / (1 + np.exp(-(w0 + w1 * x1 + w2 * x2)))


def closed_form(w0, w1, w2, x1, x2):
    """The gradient of the unit, by hand: s' = s * (1 - s)."""
    s = unit(w0, w1, w2, x1, x2)
    d = s * (1 - s)
    return d, d * x1, d * x2, d * w1, d * w2


def main():
    at = (-3.0, 2.0, -3.0, -1.0, -2.0)
    gradient = srcad.grad(unit, argnums=(0, 1, 2, 3, 4))
    print("value   ", float(unit(*at)))
    for name, ours, by_hand in zip(("w0", "w1", "w2", "x1", "x2"), gradient(*at), closed_form(*at), strict=True):
        print(f"d/d{name}   {ours: .15f}   by hand {by_hand: .15f}")
    print()
    print(gradient.source)


if __name__ == "__main__":
    main()
