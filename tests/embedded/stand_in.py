"""A tiny service in the place of the real ones: it takes the same verbs and the same environment."""

import json
import os
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class StandIn(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        told = {"/readyz": {}, "/environment": dict(os.environ), "/pid": os.getpid()}.get(self.path)
        self.send_response(404 if told is None else 200)
        self.end_headers()
        self.wfile.write(json.dumps(told).encode())


def migrate() -> None:
    import psycopg  # here only, so that the stand-in serves at once

    with psycopg.connect(os.environ["DLA_DATABASE_OWNER_URL"]) as db:
        db.execute("create table if not exists starts (at timestamptz default now())")
        db.execute("insert into starts default values")


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["migrate"]:
            migrate()
        case ["serve"] | ["serve", "--role", "all"]:
            ThreadingHTTPServer((os.environ["DLA_HOST"], int(os.environ["DLA_PORT"])), StandIn).serve_forever()
        case _:
            sys.exit(f"unknown verbs: {sys.argv[1:]}")
