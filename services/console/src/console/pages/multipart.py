"""Forms with a file (multipart/form-data, RFC 7578), read from a bounded body. For one file; a library would be a
dependency for these lines."""

from __future__ import annotations

from email.message import Message

MAX_PARTS = 40


def read_multipart(body: bytes, content_type: str) -> tuple[list[tuple[str, str]], tuple[str, bytes] | None]:
    """The inputs in order, and the file with its name, if one was chosen. Raises ValueError when it is unreadable."""
    boundary = _header("Content-Type", content_type).get_boundary()
    if not boundary or not content_type.lower().startswith("multipart/form-data"):
        raise ValueError("not a form with a file")
    parts = (b"\r\n" + body).split(b"\r\n--" + boundary.encode())
    if len(parts) > MAX_PARTS or len(parts) < 2 or not parts[-1].startswith(b"--"):
        raise ValueError("cut short, or too many parts")
    pairs: list[tuple[str, str]] = []
    file: tuple[str, bytes] | None = None
    for part in parts[1:-1]:
        head, found, content = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        if not found:
            raise ValueError("a part without a head")
        disposition = _disposition(head.decode())
        name, file_name = disposition.get_param("name", "", "Content-Disposition"), disposition.get_filename()
        if file_name is None:
            pairs.append((str(name), content.decode()))
        elif file_name:
            file = (file_name, content)
    return pairs, file


def _disposition(head: str) -> Message:
    for line in head.split("\r\n"):
        name, _, value = line.partition(":")
        if name.strip().lower() == "content-disposition":
            return _header("Content-Disposition", value.strip())
    raise ValueError("a part without a name")


def _header(name: str, value: str) -> Message:
    header = Message()
    header[name] = value
    return header
