"""Bodies of requests, as FastAPI wants them, from the types whose fields they are."""

from __future__ import annotations

from dataclasses import fields
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, create_model

from server.api.jobs.orders import WHOLE

Base = TypeVar("Base", bound=BaseModel)


def body_model(name: str, options: type, *, base: type[Base]) -> type[Base]:
    """A model with the fields of a type of options: their names, bounds, descriptions and defaults.

    Args:
        name: of the model, in the OpenAPI description.
        options: a dataclass of pydantic's.
        base: what the model has beside these fields, and how strict it is.
    """
    declared = options.__pydantic_fields__  # type: ignore[attr-defined]
    annotations: dict[str, Any] = {}
    for field in fields(options):
        info = declared[field.name]
        annotation = Annotated[int, info, WHOLE] if info.annotation is int else Annotated[info.annotation, info]
        annotations[field.name] = (annotation, field.default)
    return create_model(name, __base__=base, __doc__=base.__doc__, **annotations)
