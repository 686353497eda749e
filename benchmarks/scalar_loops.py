"""Three programs that loop over floats, and their gradients written by hand as one would for speed.

The measure for generated code: `dispatch.py` checks that the gradients are equal, then compares the times.
"""

from math import cos, sin


def power(x, n):
    y = 1.0
    for _ in range(n):
        y = y * x
    return y


def power_by_hand(x, n):
    tape = []
    y = 1.0
    for _ in range(n):
        tape.append(y)
        y = y * x
    d_x = 0.0
    d_y = 1.0
    for y in reversed(tape):
        d_x += d_y * y
        d_y = d_y * x
    return d_x


def pendulum(angle, speed, stiffness, damping, dt, n):
    """A damped pendulum by the semi-implicit Euler method; the mean of the squared angle."""
    total = 0.0
    for _ in range(n):
        speed = speed - dt * (stiffness * sin(angle) + damping * speed)
        angle = angle + dt * speed
        total = total + angle * angle
    return total / n


def pendulum_by_hand(angle, speed, stiffness, damping, dt, n):
    angles, speeds = [], []
    for _ in range(n):
        angles.append(angle)
        speeds.append(speed)
        speed = speed - dt * (stiffness * sin(angle) + damping * speed)
        angle = angle + dt * speed
    d_angle = d_speed = d_stiffness = d_damping = 0.0
    d_total = 1 / n
    for i in range(n - 1, -1, -1):
        d_angle += 2 * angle * d_total
        angle = angles[i]
        d_speed += dt * d_angle
        d_force = dt * d_speed
        d_stiffness -= d_force * sin(angle)
        d_angle -= d_force * stiffness * cos(angle)
        d_damping -= d_force * speeds[i]
        d_speed -= d_force * damping
    return d_angle, d_speed, d_stiffness, d_damping


def spring(position, speed, stiffness, dt, n):
    """A spring that is twice as stiff when compressed; its last position."""
    for _ in range(n):
        if position < 0.0:
            force = -2.0 * stiffness * position
        else:
            force = -stiffness * position
        speed = speed + dt * force
        position = position + dt * speed
    return position


def spring_by_hand(position, speed, stiffness, dt, n):
    positions = []
    for _ in range(n):
        positions.append(position)
        if position < 0.0:
            force = -2.0 * stiffness * position
        else:
            force = -stiffness * position
        speed = speed + dt * force
        position = position + dt * speed
    d_position, d_speed, d_stiffness = 1.0, 0.0, 0.0
    for position in reversed(positions):
        d_speed += dt * d_position
        d_force = dt * d_speed
        if position < 0.0:
            d_stiffness -= d_force * 2.0 * position
            d_position -= d_force * 2.0 * stiffness
        else:
            d_stiffness -= d_force * position
            d_position -= d_force * stiffness
    return d_position, d_speed, d_stiffness


# name, program, gradient by hand, argnums, arguments
PROGRAMS = (
    ("power", power, power_by_hand, 0, (1.001, 1000)),
    ("pendulum", pendulum, pendulum_by_hand, (0, 1, 2, 3), (1.0, 0.0, 9.81, 0.1, 0.01, 1000)),
    ("spring", spring, spring_by_hand, (0, 1, 2), (1.0, 0.0, 4.0, 0.01, 1000)),
)
