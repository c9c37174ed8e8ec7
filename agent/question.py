"""Whether an answer fits the JSON Schema of its question.

`jsonschema` takes 0.1 s to import, and most runs ask nothing: it is imported when a run asks.
"""

from typing import Any

from pydantic import JsonValue, TypeAdapter

from agent.errors import AgentProtocolError
from agent.events import Input, Json

_JSON: TypeAdapter[JsonValue] = TypeAdapter(JsonValue)


def check_schema(question: Input) -> None:
    """Raises AgentProtocolError where the question's schema is not JSON Schema."""
    from jsonschema import SchemaError

    try:
        _validator(question.schema_).check_schema(question.schema_)
    except SchemaError as error:
        raise AgentProtocolError(f"the schema of {question.prompt!r} is not JSON Schema: {error.message}") from error


def mismatch(value: object, schema: Json) -> str:
    """Why `value` does not fit; empty where it does."""
    from jsonschema import ValidationError
    from referencing import Registry
    from referencing.exceptions import Unresolvable

    try:
        _JSON.validate_json(_JSON.dump_json(_JSON.validate_python(value)))
        _validator(schema)(schema, registry=Registry()).validate(value)  # which fetches nothing from the network
    except ValidationError as error:
        return error.message
    except (ValueError, Unresolvable) as error:
        return str(error)
    return ""


def _validator(schema: Json) -> type[Any]:
    from jsonschema.validators import Draft202012Validator, validator_for

    kind: type[Any] = validator_for(schema, Draft202012Validator)
    return kind
