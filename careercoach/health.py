"""Probes: is the process alive, and can it serve?"""

from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse


def healthz(request: HttpRequest) -> JsonResponse:
    """200 while the process answers; touches nothing else, so that a database outage restarts no process."""
    return JsonResponse({"status": "ok"})


def readyz(request: HttpRequest) -> JsonResponse:
    """200 where the database answers and every migration is applied, else 503 that says which is not."""
    try:
        executor = MigrationExecutor(connection)
        missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except Error:
        return JsonResponse({"status": "unavailable", "database": "away"}, status=503)
    if missing:
        return JsonResponse(
            {"status": "unavailable", "database": "ok", "migrations": len(missing)},
            status=503,
        )
    return JsonResponse({"status": "ok", "database": "ok", "migrations": 0})
