"""Answers in a given structure: the schema that a request asks for, and whether an answer keeps it.

Servers promise structure, and not all keep the promise; so each answer is checked here, by the schema in its request.
References to other documents are not followed: nothing is fetched.
"""

import json
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from corpuskit.core.errors import UsageError
from corpuskit.core.wording import did_you_mean, excerpt

__all__ = ["demand_fields", "response_format", "schema_of", "structure_problem", "value_at"]


def response_format(schema: Any, name: str) -> dict[str, Any]:
    """Return what a request says of its answer's structure. Raises UsageError for what is no JSON Schema."""
    from jsonschema import Draft202012Validator, SchemaError

    if not isinstance(schema, dict) or not schema:
        raise UsageError(f'{name}: a schema is a JSON object such as {{"type": "object", …}}')
    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        location = "/".join(map(str, error.absolute_path))
        raise UsageError(f"{name} is no JSON Schema{f', at {location}' if location else ''}") from None
    return {"type": "json_schema", "json_schema": {"name": "answer", "schema": schema, "strict": True}}


def demand_fields(schema: Any, fields: Iterable[str], name: str) -> None:
    """Raise UsageError for a field that answers of this structure need not have."""
    for field in fields:
        inner = schema
        for key in field.split("."):
            properties = inner.get("properties") if isinstance(inner, dict) else None
            if not isinstance(properties, dict) or key not in properties:
                near = did_you_mean(key, list(properties)) if isinstance(properties, dict) else ""
                raise UsageError(f"{name}: the schema has no property `{excerpt(field)}`{near}")
            if key not in inner.get("required", ()):
                raise UsageError(f"{name}: `{excerpt(field)}` is not `required`, so that answers may lack it; add it")
            inner = properties[key]


def value_at(value: Any, field: str) -> Any:
    """Return what stands at a path such as `answer.score`; None if nothing does."""
    for key in field.split("."):
        value = value.get(key) if isinstance(value, dict) else None
    return value


def schema_of(body: dict[str, Any]) -> str:
    """Return the schema that a request's body asks for, as canonical JSON; empty if it asks for none."""
    kind = body.get("response_format")
    if not isinstance(kind, dict) or not isinstance(kind.get("json_schema"), dict):
        return ""
    schema = kind["json_schema"].get("schema")
    return json.dumps(schema, sort_keys=True) if isinstance(schema, dict) else ""


def structure_problem(schema: str, text: str) -> str:
    """Return where an answer departs from its schema, without its words; empty if it does not."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return "the answer is not JSON"
    error = next(iter(_validator(schema).iter_errors(value)), None)
    if error is None:
        return ""
    return f"the answer breaks `{error.validator}` of the schema"


@lru_cache(maxsize=32)
def _validator(schema: str) -> Any:
    from jsonschema import Draft202012Validator
    from referencing import Registry

    return Draft202012Validator(json.loads(schema), registry=Registry())
