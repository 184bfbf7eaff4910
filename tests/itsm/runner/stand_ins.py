"""Light programs that take the place of the portal's own ones: `python stand_ins.py prepare | web | worker`."""

import json
import os
import signal
import subprocess
import sys
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path


def prepare() -> None:
    """Leave a trace in the database, so that a later run can tell that nothing was lost."""
    import psycopg

    with psycopg.connect("postgresql" + os.environ["DATABASE_URL"].removeprefix("postgres")) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS starts (run_id text)")
        connection.execute("INSERT INTO starts VALUES (%s)", [os.environ["RUN_ID"]])


class Ready(BaseHTTPRequestHandler):
    """Green from the start; the tick it tells of is a foreign one for as long as a file says so."""

    asked = 0

    def do_GET(self) -> None:
        foreign = Path(os.environ["DATA_DIR"]) / "foreign-pulse"
        run_id = "another run" if foreign.exists() else os.environ["RUN_ID"]
        if foreign.exists():
            Ready.asked += 1
            foreign.write_text(str(Ready.asked))
        body = json.dumps({"ready": True, "pulse_run": run_id}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        pass


def web() -> None:
    HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Ready).serve_forever()


def worker() -> None:
    """Has a child of its own, as Celery and granian do, which outlives it if it is killed."""
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    signal.signal(signal.SIGTERM, lambda *_: (child.kill(), sys.exit(0)))  # asked to stop, it ends its own first
    print("worker at work", flush=True)
    time.sleep(600)


if __name__ == "__main__":
    {"prepare": prepare, "web": web, "worker": worker}[sys.argv[1]]()
