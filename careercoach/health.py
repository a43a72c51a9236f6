"""Probes: is the process alive, and can it serve?"""

from collections.abc import Callable

from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse


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


PROBES = {"/healthz": healthz, "/readyz": readyz}


class Probes:
    """Answers the probes before any other middleware.

    They come from inside, by plain http and to an address that is in no ALLOWED_HOSTS.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        probe = PROBES.get(request.path_info, self.get_response)
        return probe(request)
