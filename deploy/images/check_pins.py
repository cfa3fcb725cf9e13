"""Checks that every public image of a deployment is named by its digest: a tag may be another image tomorrow.

    docker compose config --format json | python3 deploy/images/check_pins.py

Prints one line for each image that is not, and ends with 1 when there is one."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Mapping
from typing import Any

DIGEST = re.compile(r"@sha256:[0-9a-f]{64}$")
BASE = "PYTHON_IMAGE"
"""The build argument of the images that are built here: what they stand on."""


def find_unpinned(deployment: Mapping[str, Any]) -> Iterator[str]:
    """`deployment`: a Compose file whose variables are resolved. Images that it builds are judged by their base."""
    services = deployment["services"].values()
    built = {service["image"] for service in services if "build" in service}
    public = {service["image"] for service in services} - built
    bases = {str(service["build"].get("args", {}).get(BASE)) for service in services if "build" in service}
    yield from sorted(image for image in public | bases if not DIGEST.search(image))


if __name__ == "__main__":
    unpinned = list(find_unpinned(json.load(sys.stdin)))
    for image in unpinned:
        sys.stderr.write(f"{image} is no digest: name it NAME:TAG@sha256:…\n")
    sys.exit(1 if unpinned else 0)
