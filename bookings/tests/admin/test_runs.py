"""Runs are read in the admin, with what they found, by those who may."""

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bookings.models import Booking, Difference, Done, Run, RunKind, RunState
from bookings.tests.admin import page_of, text_of
from users.models import User

RUNS = "admin:bookings_run_changelist"


def test_a_run_shows_what_it_found(client: Client, sam: User) -> None:
    booking = Booking.objects.create(uid="known")
    run = Run.objects.create(
        kind=RunKind.ACT,
        state=RunState.FAILED,
        started_at=timezone.now(),
        by=sam,
        error="Cal.com refuses.",
        options={"reason": "ill"},
        seen=3,
        changed=2,
    )
    values = ((None, "new"), (True, False), ("a", "b"))
    for ours, theirs in values:
        Difference.objects.create(
            run=run, booking=booking, uid="known", field="title", ours=ours, theirs=theirs, done=Done.CHANGED
        )
    Difference.objects.create(run=run, uid="gone", field="error", theirs="No.", done=Done.FAILED)
    client.force_login(sam)

    page = text_of(client, page_of(run))
    listed = text_of(client, reverse(RUNS))

    told = ["Sam Staff", "Cal.com refuses.", "reason: ill", "seen 3", "changed 2", page_of(booking), "gone", "No."]
    assert [each for each in told if each not in page] == []
    assert "Sam Staff" in listed


def test_runs_are_found_by_number(client: Client, sam: User) -> None:
    run = Run.objects.create(kind=RunKind.CLOCK, started_at=timezone.now())
    client.force_login(sam)

    def found(term: str) -> list[Run]:
        return list(client.get(reverse(RUNS), {"q": term}).context["cl"].queryset)

    assert (found(str(run.pk)), found(" "), found("x"), found("9" * 30)) == ([run], [run], [], [])
