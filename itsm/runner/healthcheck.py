"""For a container's health check: exits with 0 when `/healthz` answers on this machine."""

import os
import sys
import urllib.error
import urllib.request


def allowed_host() -> str:
    """A host name that Django lets in: the first of ALLOWED_HOSTS, where `*` allows any and `.x` all below x."""
    first = os.environ.get("ALLOWED_HOSTS", "").split(",")[0].strip()
    return first.lstrip(".") if first not in {"", "*"} else "localhost"


def main() -> int:
    address = f"http://127.0.0.1:{os.environ.get('GRANIAN_PORT', '8000')}/healthz"
    request = urllib.request.Request(address, headers={"Host": allowed_host()})
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=4) as response:
            return 0 if response.status == 200 else 1
    except (urllib.error.URLError, OSError) as error:
        print(error)
        return 1


if __name__ == "__main__":
    sys.exit(main())
