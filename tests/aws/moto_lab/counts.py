"""How many instances a launch brings: EC2 launches as many as it can, up to `MaxCount`. moto launches `MinCount`."""

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from operation import Operation

if TYPE_CHECKING:
    from lab import Request


def counted(call: Operation, request: "Request", most: int | None) -> "Request":
    """The request as moto must read it; `most` is what EC2 has left, if a fault says so."""
    if call.name != "RunInstances":
        return request
    wanted = int(call.parameters.get("MaxCount", "1"))
    count = wanted if most is None else min(wanted, most)
    body = re.sub(rb"(^|&)MinCount=\d+", rb"\g<1>MinCount=%d" % count, request.body)
    headers = {name: value for name, value in request.headers.items() if name.lower() != "content-length"}
    return replace(request, body=body, headers=headers)
