"""The gradient of x**2 * y + y + 2 at (3, 4), beside finite differences; and a gradient that is one line."""

import srcad


def f(x, y):
    return x**2 * y + y + 2


def g(x, y):
    return 5 + x * y


def finite_differences(fun, x, y, step=1e-5):
    """One-sided differences: the answer that the gradient replaces."""
    return (fun(x + step, y) - fun(x, y)) / step, (fun(x, y + step) - fun(x, y)) / step


def main():
    value, gradient = srcad.value_and_grad(f, argnums=(0, 1))(3.0, 4.0)
    print("f(3, 4)            =", value)
    print("gradient           =", gradient)
    print("finite differences = ({:.5f}, {:.5f})".format(*finite_differences(f, 3.0, 4.0)))
    print()
    print("The gradient of 5 + x*y with respect to x:")
    print()
    print(srcad.grad(g).source)


if __name__ == "__main__":
    main()
