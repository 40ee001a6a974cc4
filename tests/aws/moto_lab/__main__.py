"""An emulator of AWS for tests: moto behind one lock, with the promises of AWS that moto does not keep, and faults on demand.

`python3 tests/aws/moto_lab` listens on a free port of the loopback and prints it as its only line. It ends when its
standard input does, so it never outlives the process that started it.
"""

import os
import sys

# Read by moto when it is imported: unknown instance types and images are refused, as AWS does.
os.environ["MOTO_EC2_ENABLE_INSTANCE_TYPE_VALIDATION"] = "1"
os.environ["MOTO_ENABLE_AMI_VALIDATION"] = "1"

from lab import Lab  # noqa: E402
from server import listen  # noqa: E402


def main() -> None:
    port = listen(Lab())
    print(port, flush=True)
    sys.stdin.buffer.read()
    os._exit(0)


main()
