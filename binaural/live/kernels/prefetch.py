"""Asking for memory before it is needed, for numba's loops."""

from __future__ import annotations

from typing import Any

from llvmlite import ir  # type: ignore[import-untyped]
from numba.core import cgutils, types
from numba.extending import intrinsic

# Of llvm.prefetch: to be read, kept as near as can be, and data rather than code.
_READ, _KEPT, _DATA = 0, 3, 1


def _prefetch(_typing: Any, array: Any, index: Any) -> Any:
    """What numba calls, with the types of arguments, to have machine code written."""

    def code(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        array_type, _ = signature.args
        data = context.make_array(array_type)(context, builder, values[0]).data
        pointer, whole = ir.IntType(8).as_pointer(), ir.IntType(32)
        function = cgutils.get_or_insert_function(  # type: ignore[no-untyped-call]
            builder.module, ir.FunctionType(ir.VoidType(), [pointer, whole, whole, whole]), "llvm.prefetch.p0i8"
        )
        place = builder.bitcast(builder.gep(data, [values[1]]), pointer)
        builder.call(function, [place, *(whole(constant) for constant in (_READ, _KEPT, _DATA))])
        return context.get_dummy_value()

    return types.void(array, index), code


prefetch: Any = intrinsic(_prefetch)
"""``prefetch(array, index)`` asks for the cache line of an element of the flattened array, and goes on at once."""
