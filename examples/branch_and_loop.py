"""A loop in one branch and a product in the other: both sides have a gradient."""

import srcad


@srcad.grad(argnums=(0, 1))
def f(a, b):
    c = 0
    if a > b:
        for i in range(10):
            c += a * i
    else:
        c = a * b
    return c


def main():
    print("a > b, at (3, 2):", f(3.0, 2.0))
    print("a < b, at (2, 3):", f(2.0, 3.0))
    print()
    print(f.source)


if __name__ == "__main__":
    main()
