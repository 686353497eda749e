"""ADBench's bundle adjustment: points are seen by cameras with two radial distortions; weighted squared errors.

A camera is a rotation vector, a centre, a focal length, a principal point and two distortions, eleven numbers.
"""

import math

import numpy as np

ARGNUMS = (0, 1, 2)


def inputs(cameras=4, points=20, observations=60):
    random = np.random.default_rng(0)
    cams = np.zeros((cameras, 11))
    cams[:, :3] = 0.2 * random.normal(size=(cameras, 3))
    cams[:, 3:6] = random.normal(size=(cameras, 3)) - np.array([0.0, 0.0, 6.0])
    cams[:, 6:] = [1.2, 0.1, -0.1, 0.05, 0.01]
    X = random.normal(size=(points, 3))
    seen = np.stack([random.integers(cameras, size=observations), random.integers(points, size=observations)], axis=1)
    return cams, X, random.uniform(0.5, 1.5, size=observations), seen, 0.1 * random.normal(size=(observations, 2))


def cross(a, b):
    return np.array([a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]])


def rotate(r, X):
    """Rodrigues' formula."""
    squared = np.sum(r * r)
    if squared > 0.0:
        theta = math.sqrt(squared)
        cosine, sine = math.cos(theta), math.sin(theta)
        w = r / theta
        return X * cosine + cross(w, X) * sine + w * (np.sum(w * X) * (1.0 - cosine))
    return X + cross(r, X)


def project(camera, X):
    Y = rotate(camera[:3], X - camera[3:6])
    p = Y[:2] / Y[2]
    squared = np.sum(p * p)
    return p * (1.0 + camera[9] * squared + camera[10] * squared * squared) * camera[6] + camera[7:9]


def primal(cameras, X, weights, seen, features):
    total = 0.0
    for i in range(seen.shape[0]):
        error = weights[i] * (project(cameras[seen[i, 0]], X[seen[i, 1]]) - features[i])
        total += np.sum(error * error) + (1.0 - weights[i] ** 2) ** 2
    return total


def rotate_by_hand(r, X, d_Y):
    """What d_Y is to the rotation vector and to the point."""
    squared = np.sum(r * r)
    if squared > 0.0:
        theta = math.sqrt(squared)
        cosine, sine = math.cos(theta), math.sin(theta)
        w = r / theta
        along = np.sum(w * X)
        d_along = (1.0 - cosine) * np.sum(d_Y * w)
        d_X = d_Y * cosine + cross(d_Y, w) * sine + d_along * w
        d_w = cross(X, d_Y) * sine + d_Y * (along * (1.0 - cosine)) + d_along * X
        d_theta = (
            np.sum(d_Y * cross(w, X)) * cosine
            + (along * np.sum(d_Y * w) - np.sum(d_Y * X)) * sine
            - np.sum(d_w * w) / theta
        )
        return d_w / theta + d_theta * w, d_X
    return cross(X, d_Y), d_Y + cross(d_Y, r)


def by_hand(cameras, X, weights, seen, features):
    """The total is a sum: an observation's way back follows it at once, and nothing is remembered."""
    d_cameras, d_X, d_weights = np.zeros_like(cameras), np.zeros_like(X), np.zeros_like(weights)
    for i in range(seen.shape[0]):
        c, k = seen[i, 0], seen[i, 1]
        camera = cameras[c]
        centred = X[k] - camera[3:6]
        Y = rotate(camera[:3], centred)
        p = Y[:2] / Y[2]
        squared = np.sum(p * p)
        distorted = p * (1.0 + camera[9] * squared + camera[10] * squared * squared)
        error = distorted * camera[6] + camera[7:9] - features[i]
        d_error = 2.0 * weights[i] * weights[i] * error
        d_weights[i] = 2.0 * weights[i] * np.sum(error * error) - 4.0 * weights[i] * (1.0 - weights[i] ** 2)
        d_cameras[c, 7:9] += d_error
        d_cameras[c, 6] += np.sum(d_error * distorted)
        d_p = d_error * camera[6]
        d_factor = np.sum(d_p * p)
        d_cameras[c, 9] += d_factor * squared
        d_cameras[c, 10] += d_factor * squared * squared
        d_squared = d_factor * (camera[9] + 2.0 * camera[10] * squared)
        d_p = d_p * (1.0 + camera[9] * squared + camera[10] * squared * squared) + 2.0 * d_squared * p
        d_Y = np.zeros(3)
        d_Y[:2] = d_p / Y[2]
        d_Y[2] = -np.sum(d_p * p) / Y[2]
        d_r, d_centred = rotate_by_hand(camera[:3], centred, d_Y)
        d_cameras[c, :3] += d_r
        d_cameras[c, 3:6] -= d_centred
        d_X[k] += d_centred
    return d_cameras, d_X, d_weights


def limit(cameras, X, weights, seen, features):
    """The same on scalars."""
    d_cameras, d_X, d_weights = np.zeros_like(cameras), np.zeros_like(X), np.zeros_like(weights)
    for i in range(seen.shape[0]):
        c, k, weight = seen[i, 0], seen[i, 1], weights[i]
        f, k1, k2 = cameras[c, 6], cameras[c, 9], cameras[c, 10]
        x, y, z = X[k, 0] - cameras[c, 3], X[k, 1] - cameras[c, 4], X[k, 2] - cameras[c, 5]
        a0, a1, a2 = cameras[c, 0], cameras[c, 1], cameras[c, 2]
        theta2 = a0 * a0 + a1 * a1 + a2 * a2
        theta, cosine, sine = 1.0, 1.0, 1.0
        along = 0.0
        if theta2 > 0.0:
            theta = math.sqrt(theta2)
            cosine, sine = math.cos(theta), math.sin(theta)
            a0, a1, a2 = a0 / theta, a1 / theta, a2 / theta
            along = a0 * x + a1 * y + a2 * z
        c0, c1, c2 = a1 * z - a2 * y, a2 * x - a0 * z, a0 * y - a1 * x
        rest = along * (1.0 - cosine)
        u, v, w = (
            x * cosine + c0 * sine + a0 * rest,
            y * cosine + c1 * sine + a1 * rest,
            z * cosine + c2 * sine + a2 * rest,
        )
        p, q = u / w, v / w
        squared = p * p + q * q
        factor = 1.0 + k1 * squared + k2 * squared * squared
        e = p * factor * f + cameras[c, 7] - features[i, 0]
        g = q * factor * f + cameras[c, 8] - features[i, 1]
        d_weights[i] = 2.0 * weight * (e * e + g * g) - 4.0 * weight * (1.0 - weight * weight)
        d_e, d_g = 2.0 * weight * weight * e, 2.0 * weight * weight * g
        d_cameras[c, 7] += d_e
        d_cameras[c, 8] += d_g
        d_factor = d_e * p + d_g * q
        d_cameras[c, 6] += d_factor * factor
        d_factor *= f
        d_cameras[c, 9] += d_factor * squared
        d_cameras[c, 10] += d_factor * squared * squared
        d_squared = 2.0 * d_factor * (k1 + 2.0 * k2 * squared)
        d_p, d_q = d_e * f * factor + d_squared * p, d_g * f * factor + d_squared * q
        d_u, d_v = d_p / w, d_q / w
        d_w = -(d_u * p + d_v * q)
        # d_Y x a, and X x d_Y
        m0, m1, m2 = d_v * a2 - d_w * a1, d_w * a0 - d_u * a2, d_u * a1 - d_v * a0
        n0, n1, n2 = y * d_w - z * d_v, z * d_u - x * d_w, x * d_v - y * d_u
        to_axis = d_u * a0 + d_v * a1 + d_w * a2
        d_along = (1.0 - cosine) * to_axis
        d_x, d_y = d_u * cosine + m0 * sine + d_along * a0, d_v * cosine + m1 * sine + d_along * a1
        d_z = d_w * cosine + m2 * sine + d_along * a2
        b0, b1, b2 = (
            n0 * sine + d_u * rest + d_along * x,
            n1 * sine + d_v * rest + d_along * y,
            n2 * sine + d_w * rest + d_along * z,
        )
        if theta2 > 0.0:
            d_theta = (
                (d_u * c0 + d_v * c1 + d_w * c2) * cosine
                + (along * to_axis - (d_u * x + d_v * y + d_w * z)) * sine
                - (b0 * a0 + b1 * a1 + b2 * a2) / theta
            )
            b0, b1, b2 = b0 / theta + d_theta * a0, b1 / theta + d_theta * a1, b2 / theta + d_theta * a2
        d_cameras[c, 0] += b0
        d_cameras[c, 1] += b1
        d_cameras[c, 2] += b2
        d_cameras[c, 3] -= d_x
        d_cameras[c, 4] -= d_y
        d_cameras[c, 5] -= d_z
        d_X[k, 0] += d_x
        d_X[k, 1] += d_y
        d_X[k, 2] += d_z
    return d_cameras, d_X, d_weights


def at_once(cross, sqrt, cos, sin):
    """All observations at once, for the frameworks."""

    def program(cameras, X, weights, seen, features):
        camera, point = cameras[seen[:, 0]], X[seen[:, 1]] - cameras[seen[:, 0], 3:6]
        theta = sqrt((camera[:, :3] ** 2).sum(1))[:, None]
        w = camera[:, :3] / theta
        along = (w * point).sum(1)[:, None]
        Y = point * cos(theta) + cross(w, point) * sin(theta) + w * along * (1.0 - cos(theta))
        p = Y[:, :2] / Y[:, 2:]
        squared = (p * p).sum(1)[:, None]
        factor = 1.0 + camera[:, 9:10] * squared + camera[:, 10:] * squared * squared
        error = weights[:, None] * (p * factor * camera[:, 6:7] + camera[:, 7:9] - features)
        return (error * error).sum() + ((1.0 - weights**2) ** 2).sum()

    return program


def in_jax(jax, jnp):
    return at_once(jnp.cross, jnp.sqrt, jnp.cos, jnp.sin)


def in_torch(torch):
    return at_once(torch.linalg.cross, torch.sqrt, torch.cos, torch.sin)


def in_autograd(np):
    def cross(a, b):
        a, b = [a[:, i] for i in range(3)], [b[:, i] for i in range(3)]
        parts = [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
        return np.stack(parts, axis=1)

    return at_once(cross, np.sqrt, np.cos, np.sin)
