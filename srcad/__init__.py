"""srcad differentiates ordinary Python and NumPy programs by rewriting their source.

>>> import srcad
>>> @srcad.grad
... def f(x, y):
...     return x**2 * y + y + 2
>>> f(3.0, 4.0)
24.0
"""

from srcad.api import grad, value_and_grad, vjp
from srcad.checking import check_grads
from srcad.custom import custom_jvp, custom_vjp
from srcad.derivative import Derivative
from srcad.errors import (
    AliasError,
    ArgumentError,
    BackendError,
    KindError,
    MissingRule,
    NonScalarOutput,
    RuleError,
    SourceNotFound,
    SrcadError,
    UnsupportedSyntax,
)
from srcad.higher import elementwise_grad, hessian, hvp, jacfwd, jacobian, jacrev, jvp, linearize
from srcad.hooks import hook
from srcad.numerical import numerical
from srcad.own import rule
from srcad.runtime import stop_gradient

__all__ = [
    "AliasError",
    "ArgumentError",
    "BackendError",
    "Derivative",
    "KindError",
    "MissingRule",
    "NonScalarOutput",
    "RuleError",
    "SourceNotFound",
    "SrcadError",
    "UnsupportedSyntax",
    "check_grads",
    "custom_jvp",
    "custom_vjp",
    "elementwise_grad",
    "grad",
    "hessian",
    "hook",
    "hvp",
    "jacfwd",
    "jacobian",
    "jacrev",
    "jvp",
    "linearize",
    "numerical",
    "rule",
    "stop_gradient",
    "value_and_grad",
    "vjp",
]
__version__ = "0.1.0"
