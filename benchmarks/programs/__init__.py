"""The programs of the benchmark, a module each.

A module holds `primal`, the program as people write it; `inputs`, which makes its arguments; `ARGNUMS`, what is
differentiated; `by_hand`, the adjoint that a good engineer would write in the same form (same loops, same slices),
which Numba compiles too; `limit`, the fastest adjoint for the machine: fused loops and no temporary arrays, compiled by
Numba, or `in_python` where NumPy alone is faster; and the program in the form that an expert would give it for each
peer: `in_jax(jax, jnp)`, `in_torch(torch)` and `in_autograd(np)` return a function of the same arguments.

Where it applies: `by_hand_compiled`, when the same form wants another kind of tape under Numba (arrays instead of
lists); `STATIC`, the arguments that fix the shape of the computation for JAX; `WRITES`, the arguments that the primal
writes into; `LARGE_PRODUCTS` where nearly all the time is spent in matrix products.
"""
