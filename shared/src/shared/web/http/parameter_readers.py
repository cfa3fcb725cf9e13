"""Parameters of an operation, each read by a function made for it once.

The usual ones are read here: a single value of a path, a query or a header, and a model of a whole query. FastAPI reads
the others: lists, other models and values under several names."""

from __future__ import annotations

import enum
from collections.abc import Callable
from copy import deepcopy
from datetime import date, datetime
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin
from uuid import UUID

from fastapi import Request, params
from fastapi._compat import field_annotation_is_sequence
from fastapi.dependencies.models import Dependant
from fastapi.dependencies.utils import get_validation_alias, request_params_to_args
from pydantic import BaseModel, Json
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
    if place == "query" and (model := _query_model(parameter)) is not None:
        return _read_query(parameter, model)
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


def _read_query(parameter: Any, model: type[BaseModel]) -> ReadParameter:
    """All of a query: lists where the model has them, for others the last value, and whatever else was sent."""
    lists = {name for name, field in model.model_fields.items() if field_annotation_is_sequence(field.annotation)}

    def read(request: Request, _: Any, values: dict[str, Any], errors: list[dict[str, Any]]) -> None:
        query, received = request.query_params, dict[str, Any]()
        for name in query:
            if name in lists:
                received[name] = query.getlist(name)
            elif name in model.model_fields or len(several := query.getlist(name)) == 1:
                received[name] = query[name]
            else:
                received[name] = several
        _add_value(parameter, received, ("query",), values, errors)

    return read


def _query_model(parameter: Any) -> type[BaseModel] | None:
    """The model that a whole query is read into, if each of its fields has one name and no reader of its own."""
    model, info = parameter.field_info.annotation, parameter.field_info
    if not (isinstance(info, params.Query) and isinstance(model, type) and issubclass(model, BaseModel)):
        return None
    fields = model.model_fields.values()
    plain = all(each.alias is None and each.validation_alias is None and Json not in each.metadata for each in fields)
    return model if plain and not info.metadata else None


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
