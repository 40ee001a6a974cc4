"""What a request asks of AWS, in whichever protocol of AWS it is written."""

import json
import re
from dataclasses import dataclass
from urllib.parse import parse_qsl

SCOPE = re.compile(r"Credential=[^/]*/[^/]*/(?P<region>[^/]*)/(?P<service>[^/]*)/")


@dataclass(frozen=True)
class Operation:
    """`parameters` are flat: `Placement.AvailabilityZone`, `TransactItems.1.Put.TableName`; lists count from 1."""

    service: str
    region: str
    name: str
    parameters: dict[str, str]
    body: str

    @staticmethod
    def of(method: str, path: str, headers: dict[str, str], body: bytes) -> "Operation":
        text = body.decode(errors="replace")
        headers = {name.lower(): value for name, value in headers.items()}
        scope = SCOPE.search(headers.get("authorization", ""))
        service, region = (scope["service"], scope["region"]) if scope else ("", "")
        name, parameters = named(method, path, headers, text)
        return Operation(service, region, name, parameters, text)

    @property
    def speaks_json(self) -> bool:
        return self.body.startswith("{")


def named(method: str, path: str, headers: dict[str, str], text: str) -> tuple[str, dict[str, str]]:
    if target := headers.get("x-amz-target"):
        return target.rpartition(".")[2], flat(json.loads(text or "{}"))
    form = dict(parse_qsl(text, keep_blank_values=True)) if "form" in headers.get("content-type", "") else {}
    if action := form.pop("Action", None):
        form.pop("Version", None)
        return action, form
    return f"{method} {path}", flat(json.loads(text)) if text.startswith("{") else {}


def flat(value: object, prefix: str = "") -> dict[str, str]:
    if isinstance(value, dict):
        members = list(value.items())
    elif isinstance(value, list):
        members = [(str(number), item) for number, item in enumerate(value, 1)]
    else:
        return {prefix: value if isinstance(value, str) else json.dumps(value)}
    inner = [flat(item, f"{prefix}.{name}" if prefix else name) for name, item in members]
    return {name: text for part in inner for name, text in part.items()}
