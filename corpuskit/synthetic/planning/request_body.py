"""What all requests of a plan have in common: the model, its parameters, and the structure of the answers."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from corpuskit.core.disk.option_file import read_option_text
from corpuskit.core.errors import UsageError
from corpuskit.core.option_values import misfit, spelled
from corpuskit.core.wording import excerpt
from corpuskit.synthetic.requests.structured import demand_fields, response_format

__all__ = ["MOST_SAMPLES", "RESERVED", "body_of_sample", "common_body", "read_text"]

RESERVED = {
    "model": "use --model",
    "messages": "the template makes them",
    "response_format": "use --schema",
    "n": "use --samples",
    "stream": "answers are read whole",
}
"""Parameters that are not given by `--param`."""
MOST_SAMPLES = 100_000
SEED = "seed"


def common_body(
    model: str | None, parameters: Sequence[str], schema: Path | None, fields: Sequence[str]
) -> dict[str, Any]:
    """Return the body of each request but for its messages; `fields` are those of the answers that will be read.

    Raises UsageError for parameters that are not `name=value`, a schema that no answer could be checked by, and values
    that no plan can hold.
    """
    body: dict[str, Any] = {} if model is None else {"model": model}
    for parameter in parameters:
        name, value = _name_and_value(parameter)
        if name in RESERVED or name in body:
            raise UsageError(
                f"{spelled('param')}: `{excerpt(name)}` is not given so; {RESERVED.get(name, 'it is given twice')}"
            )
        body[name] = value
    if schema is not None:
        value = _read_json(schema)
        body["response_format"] = response_format(value, schema.name)
        demand_fields(value, fields, schema.name)
    elif fields:
        raise UsageError(f"{spelled('votes')} and {spelled('text-from')} name fields; give the answers' schema")
    _demand_json(body)
    return body


def body_of_sample(common: dict[str, Any], messages: list[dict[str, str]], sample: int) -> dict[str, Any]:
    """Return the body of one request; the seed of the model's chance, if there is one, grows with the sample."""
    body = {**common, "messages": messages}
    if type(body.get(SEED)) is int:
        body[SEED] += sample
    return body


def read_text(path: Path) -> str:
    """Return a file's text. Raises UsageError if it cannot be read, is not UTF-8, or is empty."""
    text = read_option_text(path)
    if not text.strip():
        raise UsageError(f"{path.name} is empty")
    return text


def _name_and_value(parameter: str) -> tuple[str, Any]:
    """Return the name of a parameter and its value, which is JSON or else a word."""
    name, equals, value = parameter.partition("=")
    if not equals or not name.strip():
        raise misfit("param", "name=value, such as temperature=0.7", parameter)
    try:
        return name, json.loads(value, parse_constant=str)
    except (ValueError, RecursionError):
        return name, value


def _read_json(path: Path) -> Any:
    try:
        return json.loads(read_text(path))
    except (ValueError, RecursionError):
        raise UsageError(f"{path.name} is not JSON") from None


def _demand_json(body: dict[str, Any]) -> None:
    """Raise UsageError for what no plan can hold."""
    import orjson

    try:
        orjson.dumps(body_of_sample(body, [], MOST_SAMPLES))
    except orjson.JSONEncodeError:
        raise UsageError(
            "a parameter or the schema holds a number of more than 64 bits, or half of a character"
        ) from None
