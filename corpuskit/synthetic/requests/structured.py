"""Answers in a given structure: the schema that a request asks for, and whether an answer keeps it.

Servers promise structure, and not all keep the promise; so each answer is checked here, by the schema in its request.
References to other documents are not followed: nothing is fetched. Patterns are RE2's, whose time grows with the text
and not beyond: an answer cannot make one run for hours.
"""

import json
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

from corpuskit.core.errors import UsageError
from corpuskit.core.wording import did_you_mean, excerpt

__all__ = ["demand_checkable", "demand_fields", "response_format", "schema_of", "structure_problem", "value_at"]


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
    demand_checkable(json.dumps(schema, sort_keys=True), name)
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


def demand_checkable(schema: str, name: str) -> None:
    """Raise UsageError for a schema that no answer could be checked by: it refers to what is not in it, or to itself.

    Also for patterns that RE2 does not take, and for `patternProperties`, which would be matched by another engine.
    """
    import re2
    from referencing import Registry
    from referencing.exceptions import Unresolvable
    from referencing.jsonschema import DRAFT202012

    resource = DRAFT202012.create_resource(json.loads(schema))
    waiting = [(resource.contents, Registry().with_resource("", resource).resolver_with_root(resource))]
    met = set()
    while waiting:
        contents, resolver = waiting.pop()
        if not isinstance(contents, dict) or (key := json.dumps(contents, sort_keys=True)) in met:
            continue
        met.add(key)
        if "patternProperties" in contents:
            raise UsageError(f"{name}: `patternProperties` cannot be checked here; name the properties")
        try:
            re2.compile(contents.get("pattern", ""), _quiet())
        except re2.error:
            raise UsageError(
                f"{name}: the pattern {excerpt(contents['pattern'])!r} is none of RE2, which knows no look-around "
                "and no back-references; write it without"
            ) from None
        for word in ("$ref", "$dynamicRef"):
            if isinstance(contents.get(word), str):
                try:
                    target = resolver.lookup(contents[word])
                except Unresolvable:
                    raise UsageError(f"{name}: {excerpt(contents[word])!r} leads nowhere in the schema") from None
                waiting.append((target.contents, target.resolver))
        inner = DRAFT202012.create_resource(contents)
        waiting += [(each.contents, resolver.in_subresource(each)) for each in inner.subresources()]
    try:
        values: tuple[Any, ...] = (None, {}, [], "", 0)
        for value in values:
            _validator(schema).is_valid(value)
    except RecursionError:
        raise UsageError(f"{name}: the schema refers to itself without end") from None


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
    try:
        error = next(iter(_validator(schema).iter_errors(value)), None)
    except (RecursionError, OverflowError):
        return "the answer cannot be checked: it is nested too deeply, or has too large a number"
    if error is None:
        return ""
    return f"the answer breaks `{error.validator}` of the schema"


@lru_cache(maxsize=32)
def _validator(schema: str) -> Any:
    from jsonschema import Draft202012Validator
    from jsonschema.validators import extend
    from referencing import Registry

    with_re2 = extend(Draft202012Validator, {"pattern": _pattern})
    return with_re2(json.loads(schema), registry=Registry())


def _pattern(validator: Any, pattern: str, value: Any, schema: Any) -> Iterator[Any]:
    """Yield an error if a text does not match: `pattern` of JSON Schema, by RE2."""
    import re2
    from jsonschema import ValidationError

    if not validator.is_type(value, "string"):
        return
    try:
        matches = re2.compile(pattern, _quiet()).search(value) is not None
    except UnicodeEncodeError:  # half of a character, which RE2 does not take
        matches = False
    if not matches:
        yield ValidationError("the text does not match")


def _quiet() -> Any:
    """Return options for RE2 by which it writes nothing to standard error."""
    import re2

    options = re2.Options()
    options.log_errors = False
    return options
