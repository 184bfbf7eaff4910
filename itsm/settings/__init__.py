"""Settings, one module for each way of running: `demo` (make run), `production` (Docker), `test` (make test)."""
