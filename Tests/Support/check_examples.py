"""Holds every example of an OpenAPI document against its schema.

    check_examples.py DOCUMENT [LEAST]

Each body of a request and of an answer must have an example; each example, those of parameters too, must be what its
schema says, formats such as dates included. An example behind an address must have an address of this document. Fails
with all that is wrong, or if there are fewer than LEAST examples.
"""

import json
import re
import sys
from collections.abc import Iterator
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker

Found = tuple[str, dict[str, Any], bool]


def described(document: dict[str, Any]) -> Iterator[Found]:
    """What has a schema: where it stands, itself, and whether it must have an example."""
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            place = f"{method.upper()} {path}"
            for parameter in operation.get("parameters", []):
                yield f"{place}: {parameter['name']}", parameter, False
            for media, content in operation.get("requestBody", {}).get("content", {}).items():
                yield f"{place}: body, {media}", content, True
            yield from answers(operation["responses"], place)
    yield from answers(document["components"]["responses"], "components")


def answers(responses: dict[str, Any], place: str) -> Iterator[Found]:
    for status, answer in responses.items():
        for media, content in answer.get("content", {}).items():
            yield f"{place}: {status}, {media}", content, True


def check(document: dict[str, Any], least: int) -> list[str]:
    faults: list[str] = []
    # An address of this document, with the names of its parameters in the path.
    paths = [re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(path)) for path in document["paths"]]
    count = 0
    for place, described_part, must in described(document):
        schema = described_part.get("schema")
        if schema is None:
            faults.append(f"{place}: no schema")
            continue
        values = [described_part["example"]] if "example" in described_part else []
        for example in described_part.get("examples", {}).values():
            count += 1
            if not any(re.fullmatch(path, example["externalValue"]) for path in paths):
                faults.append(f"{place}: {example['externalValue']} is no path of this document")
        if must and not values and not described_part.get("examples"):
            faults.append(f"{place}: no example")
        # The schemas that are named stand in the document; a validator looks for them below its own root.
        validator = Draft202012Validator(
            schema | {"components": document["components"]}, format_checker=FormatChecker()
        )
        for value in values:
            count += 1
            faults += [
                f"{place}: {error.json_path}: {error.message}" for error in validator.iter_errors(value)
            ]
    if count < least:
        faults.append(f"{count} examples are fewer than {least}")
    print(f"{count} examples")
    return faults


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as file:
        found = check(json.load(file), int(sys.argv[2]) if len(sys.argv) > 2 else 1)
    if found:
        sys.exit("\n".join(found))
