"""manage.py review_attention: look at all bookings again for what needs somebody, as after a change of settings."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from bookings import services
from bookings.attention import chains


class Command(BaseCommand):
    help = (
        "Makes the list of what needs somebody anew from what is known of all bookings. Needed once after an upgrade "
        "that brings the list, and after CAL_EVENT_TYPE_IDS or CAL_PAYMENT_REQUIRED have changed. What is settled "
        "stays so where its facts are the same. Safe to interrupt and to run again."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        reviewed = 0
        for uids in chains():
            services.review(uids, now=timezone.now())
            reviewed += len(uids)
        self.stdout.write(f"{reviewed} bookings reviewed.")
