"""Parameters of an operation, each read by a function made for it once.

The usual ones, a single value of a path, a query or a header, are read here; FastAPI reads the others: lists, models
and values under several names."""

from __future__ import annotations

import enum
from collections.abc import Callable
from copy import deepcopy
from datetime import date, datetime
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin
from uuid import UUID

from fastapi import Request, params
from fastapi.dependencies.models import Dependant
from fastapi.dependencies.utils import get_validation_alias, request_params_to_args
from pydantic_core import PydanticUndefined

ReadParameter = Callable[[Request, Any, dict[str, Any], list[dict[str, Any]]], None]
"""(request, body, values, errors): adds the value of one parameter, or what is wrong with it."""
SINGLE_VALUES = (str, int, float, bool, UUID, date, datetime, NoneType, enum.Enum)
UNCHANGEABLE = (str, int, float, NoneType, enum.Enum)
"""Defaults that need not be copied for each request."""
_SOURCES: dict[str, Callable[[Request], Any]] = {
    "path": lambda request: request.path_params,
    "query": lambda request: request.query_params,
    "header": lambda request: request.headers,
    "cookie": lambda request: request.cookies,
}


def parameter_readers(dependant: Dependant) -> tuple[ReadParameter, ...]:
    """In FastAPI's order: path, query, headers, cookies."""
    fields = {
        "path": dependant.path_params,
        "query": dependant.query_params,
        "header": dependant.header_params,
        "cookie": dependant.cookie_params,
    }
    return tuple(_reader(each, place) for place, found in fields.items() for each in found)


def read_body_parameter(body: Any) -> ReadParameter:
    """Of the one field that is the whole body."""

    def read(_: Request, received: Any, values: dict[str, Any], errors: list[dict[str, Any]]) -> None:
        _add_value(body, received, ("body",), values, errors)

    return read


def _reader(parameter: Any, place: str) -> ReadParameter:
    source = _SOURCES[place]
    if not _is_single_value(parameter):

        def read_by_fastapi(request: Request, _: Any, values: dict[str, Any], errors: list[dict[str, Any]]) -> None:
            own_values, own_errors = request_params_to_args([parameter], source(request))
            values.update(own_values)
            errors += own_errors

        return read_by_fastapi
    name, alias, info = parameter.name, get_validation_alias(parameter), parameter.field_info
    where, is_fixed = (place, alias), not info.is_required() and isinstance(parameter.default, UNCHANGEABLE)
    default = parameter.default

    def read(request: Request, _: Any, values: dict[str, Any], errors: list[dict[str, Any]]) -> None:
        value = source(request).get(alias)
        if value is None and is_fixed:
            values[name] = default
        else:
            _add_value(parameter, PydanticUndefined if value is None else value, where, values, errors)

    return read


def _add_value(
    parameter: Any, value: Any, where: tuple[str, ...], values: dict[str, Any], errors: list[dict[str, Any]]
) -> None:
    if value is PydanticUndefined:
        if parameter.field_info.is_required():
            errors.append({"type": "missing", "loc": where, "msg": "Field required", "input": None})
        else:
            values[parameter.name] = deepcopy(parameter.default)
        return
    validated, own_errors = parameter.validate(value, values, loc=where)
    if own_errors:
        errors += own_errors
    else:
        values[parameter.name] = validated


def _is_single_value(parameter: Any) -> bool:
    info = parameter.field_info
    return (
        isinstance(info, params.Param)
        and not info.validate_default
        and (info.validation_alias is None or isinstance(info.validation_alias, str))
        and not parameter.config
        and _is_single(info.annotation)
    )


def _is_single(annotation: Any) -> bool:
    origin = get_origin(annotation)
    if origin is Annotated:
        return _is_single(get_args(annotation)[0])
    if origin in (Union, UnionType):
        return all(map(_is_single, get_args(annotation)))
    return origin is Literal or (isinstance(annotation, type) and issubclass(annotation, SINGLE_VALUES))
