"""One thread for every engine. To be imported before NumPy, which reads this when it is loaded."""

import os

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS", "NPROC"):
    os.environ[name] = "1"
os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
os.environ["JAX_ENABLE_X64"] = "1"
os.environ["JAX_PLATFORMS"] = "cpu"


def pin_torch() -> None:
    """The same of PyTorch, which asks for it by a call."""
    try:
        import torch
    except ModuleNotFoundError:
        return
    torch.set_num_threads(1)
