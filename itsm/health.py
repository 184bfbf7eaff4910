"""Whether the portal lives (`/healthz`) and whether it can do its work (`/readyz`)."""

from datetime import timedelta
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.db import DEFAULT_DB_ALIAS, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from desk.reactions.queries import last_pulse, oldest_owed
from desk.sla.queries import oldest_untold

PULSE_LIMIT = timedelta(seconds=30)
OWED_LIMIT = timedelta(minutes=5)
UNTOLD_LIMIT = timedelta(minutes=1)


@login_not_required
@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("ok\n", content_type="text/plain")


@login_not_required
@require_safe
@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """200 when database, cache, migrations, workers and deliveries are well; 503 with the reasons otherwise."""
    checks: dict[str, Any] = {}
    run = None
    for name, check in (("database", _database), ("cache", _cache), ("migrations", _migrations)):
        checks[name] = _asked(check)
    if checks["database"] == checks["migrations"] == "ok":
        pulse = last_pulse()
        run = pulse.run_id if pulse else None
        fresh = pulse is not None and timezone.now() - pulse.at < PULSE_LIMIT
        checks["workers"] = "ok" if fresh else "no tick has come through beat and a worker lately"
        owed = oldest_owed()
        late = owed is not None and timezone.now() - owed > OWED_LIMIT
        untold = oldest_untold()
        behind = untold is not None and timezone.now() - untold > UNTOLD_LIMIT
        checks["clocks"] = f"what was due at {untold:%H:%M:%S} is not told yet" if untold and behind else "ok"
        checks["deliveries"] = f"the oldest has waited since {owed:%H:%M:%S}" if owed and late else "ok"
    ready = all(result == "ok" for result in checks.values())
    return JsonResponse({"ready": ready, "checks": checks, "pulse_run": run}, status=200 if ready else 503)


def _asked(check: Any) -> str:
    """The check's answer; an error is an answer too, without its inner details."""
    try:
        return str(check())
    except Exception as error:
        return f"not available ({type(error).__name__})"


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return "ok"


def _cache() -> str:
    cache.set("readyz", "1", 10)
    return "ok" if cache.get("readyz") == "1" else "forgets at once"


_migrated: set[str] = set()  # the databases that this process has seen up to date; reading the graph takes long


def _migrations() -> str:
    if DEFAULT_DB_ALIAS in _migrated:
        return "ok"
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if plan:
        return f"{len(plan)} to apply on {DEFAULT_DB_ALIAS}"
    _migrated.add(DEFAULT_DB_ALIAS)
    return "ok"
