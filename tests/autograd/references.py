"""What each row of the table should compute, in mpmath: the witness that shares no code with it."""

import mpmath


def functions(mp):
    """What every row of the table computes, in an mpmath context."""
    zero, one = mp.mpf(0), mp.mpf(1)

    def power(x, y):
        return zero if x == 0 and y > 0 else mp.power(x, y).real  # complex next to a whole y, too

    def dot(*xs):
        half = len(xs) // 2
        products = [w * x for w, x in zip(xs[:half], xs[half : 2 * half], strict=True)]
        return mp.fsum([*products, *xs[2 * half :]])

    def logsumexp(*xs):
        largest = max(xs)
        return largest + mp.log(mp.fsum([mp.exp(x - largest) for x in xs]))

    def surprise(x, *xs):
        return logsumexp(zero, *[y - x for y in xs])

    def softplus(x):
        return max(x, zero) + mp.log1p(mp.exp(-abs(x)))

    return {
        "add": lambda x, y: x + y,
        "sub": lambda x, y: x - y,
        "mul": lambda x, y: x * y,
        "div": lambda x, y: x / y,
        "neg": lambda x: -x,
        "floor_divide": lambda x, y: mp.floor(x / y),
        "remainder": lambda x, y: x % y,
        "pow": power,
        "exp": mp.exp,
        "expm1": mp.expm1,
        "exp_product": lambda x, y: mp.exp(x * y),
        "log": mp.log,
        "log2": lambda x: mp.log(x) / mp.log(2),
        "log10": mp.log10,
        "log1p": mp.log1p,
        "sqrt": mp.sqrt,
        "cbrt": lambda x: mp.sign(x) * mp.cbrt(abs(x)),
        "sin": mp.sin,
        "cos": mp.cos,
        "tan": mp.tan,
        "asin": mp.asin,
        "acos": mp.acos,
        "asin_slope": lambda x: 1 / mp.sqrt(1 - x * x),
        "atan": mp.atan,
        "atan2": mp.atan2,
        "sinh": mp.sinh,
        "cosh": mp.cosh,
        "tanh": mp.tanh,
        "sech": mp.sech,
        "asinh": mp.asinh,
        "acosh": mp.acosh,
        "atanh": mp.atanh,
        "hypot": mp.hypot,
        "direction": lambda x, y: x / mp.hypot(x, y) if x or y else zero,
        "step": lambda x: one if x > 0 else zero,
        "relu": lambda x: max(x, zero),
        "leaky_relu": lambda x, y: x if x > 0 else y * x,
        "elu": lambda x, y: x if x > 0 else y * mp.expm1(x),
        "sigmoid": lambda x: 1 / (1 + mp.exp(-x)),
        "softplus": softplus,
        "silu": lambda x: x / (1 + mp.exp(-x)),
        "erf": mp.erf,
        "erfc": mp.erfc,
        "gelu": lambda x: x * mp.erfc(-x / mp.sqrt(2)) / 2,
        "abs": abs,
        "sign": mp.sign,
        "floor": mp.floor,
        "ceil": mp.ceil,
        "minimum": min,
        "maximum": max,
        "clip": lambda x, low, high: low if x < low else min(x, high),
        "greater": lambda x, y: one if x > y else zero,
        "less": lambda x, y: one if x < y else zero,
        "equal": lambda x, y: one if x == y else zero,
        "where": lambda _, x: x,
        "copy": lambda x: x,
        "sum": lambda *xs: mp.fsum(xs),
        "dot": dot,
        "prod": lambda *xs: mp.fprod(xs),
        "logsumexp": logsumexp,
        "surprise": surprise,
    }


REFERENCES = functions(mpmath.mp)
