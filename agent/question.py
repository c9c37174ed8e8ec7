"""Whether an answer fits the JSON Schema of its question."""

from typing import Any

import jsonschema
from pydantic import JsonValue, TypeAdapter
from referencing import Registry
from referencing.exceptions import Unresolvable

from agent.errors import AgentProtocolError
from agent.events import Input, Json

_JSON: TypeAdapter[JsonValue] = TypeAdapter(JsonValue)


def check_schema(question: Input) -> None:
    """Raises AgentProtocolError where the question's schema is not JSON Schema."""
    try:
        _validator(question.schema_).check_schema(question.schema_)
    except jsonschema.SchemaError as error:
        raise AgentProtocolError(f"the schema of {question.prompt!r} is not JSON Schema: {error.message}") from error


def mismatch(value: object, schema: Json) -> str:
    """Why `value` does not fit; empty where it does."""
    try:
        _JSON.validate_json(_JSON.dump_json(_JSON.validate_python(value)))
        _validator(schema)(schema, registry=Registry()).validate(value)  # which fetches nothing from the network
    except jsonschema.ValidationError as error:
        return error.message
    except (ValueError, Unresolvable) as error:
        return str(error)
    return ""


def _validator(schema: Json) -> type[Any]:
    kind: type[Any] = jsonschema.validators.validator_for(schema, jsonschema.Draft202012Validator)
    return kind
