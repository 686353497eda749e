"""The derivative of a root found by Newton iteration, by one linear solve instead of through the loop.

A root u of F(u, p) = 0 moves with the parameters p by the implicit function theorem: the pullback of u(p) is
w = solve(dF/du^T, d_u), and the cotangent of p is -w^T dF/dp. The number of iterations does not matter, and nothing of
them is kept. See Griewank and Walther, Evaluating Derivatives (2008), chapter 15.
"""

import numpy as np

import srcad


def residual(u, p):
    """Reaction and diffusion at rest on a chain: p[0] is the diffusion, p[1] the strength of the reaction."""
    n = u.shape[0]
    left = np.concatenate((np.zeros(1), u[: n - 1]))
    right = np.concatenate((u[1:], np.zeros(1)))
    return p[0] * (left - 2 * u + right) - p[1] * u**3 + 1.0


def slope_in_u(u, p):
    """The Jacobian of the residual with respect to u."""
    n = u.shape[0]
    return p[0] * (np.eye(n, k=-1) - 2 * np.eye(n) + np.eye(n, k=1)) - np.diag(3 * p[1] * u**2)


def steady_state(p, n=8):
    """Newton's method: a loop that stops when it has converged."""
    u = np.ones(n)
    step = 1.0
    while step > 1e-13:
        du = np.linalg.solve(slope_in_u(u, p), residual(u, p))
        u = u - du
        step = np.max(np.abs(du))
    return u


def pulled_back(u, p, d):
    """The cotangent of p in the residual at u, for the cotangent d of the residual."""
    return srcad.grad(weighted, argnums=1)(u, p, d)


def weighted(u, p, d):
    return np.sum(d * residual(u, p))


def steady_state_with_a_rule(p, n=8):
    """The same function, which is given a derivative below."""
    return steady_state(p, n)


@srcad.rule(steady_state_with_a_rule)
def _(p, *, out, d_out):
    w = np.linalg.solve(slope_in_u(out, p).T, d_out)
    return pulled_back(out, p, -w)


def through_the_loop(p):
    return np.sum(steady_state(p) ** 2)


def by_the_rule(p):
    return np.sum(steady_state_with_a_rule(p) ** 2)


def main():
    p = np.array([2.0, 0.7])
    loop, rule = srcad.grad(through_the_loop), srcad.grad(by_the_rule)
    print("through the loop:", loop(p))
    print("by one solve:    ", rule(p))
    print()
    print(rule.source_for(p))
    print("second derivatives by one solve:")
    print(srcad.hessian(by_the_rule)(p))


if __name__ == "__main__":
    main()
