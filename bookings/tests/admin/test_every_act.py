"""Whatever staff can do has a test that posts it through the page: this table, and what there is, are the same.

What is new in the admin fails here, until the test that posts it is written and named.
"""

from collections.abc import Callable
from itertools import chain
from typing import Any

import pytest
from django.contrib import admin
from django.test import RequestFactory

from bookings.admin.acting import people
from bookings.models import Did
from bookings.tests.admin import test_acts, test_attention, test_export, test_messages, test_periodic
from bookings.tests.privacy import test_page
from users.models import User

POSTED_BY: dict[Callable[..., None], list[str]] = {
    test_acts.test_one_is_read_again_from_its_own_page: ["act resync"],
    test_acts.test_bookings_are_read_again_from_the_list_with_a_result_for_each: ["list Booking resync"],
    test_acts.test_a_booking_is_cancelled_with_a_reason: ["act cancel", "page bookings_booking_act"],
    test_acts.test_a_booking_is_given_to_another_coach: ["act reassign"],
    test_acts.test_somebody_is_marked_absent_and_present_after_all: ["act attendance"],
    test_acts.test_a_booking_is_linked_to_a_user: ["act link"],
    test_acts.test_a_payment_and_a_refund_are_recorded: ["act payment", "act refund"],
    test_acts.test_a_booking_is_accepted_as_free: ["act free"],
    test_acts.test_an_act_that_needs_a_page_is_asked_for_from_the_list: [
        f"list Booking {did}" for did in ("cancel", "reassign", "attendance", "link", "free")
    ],
    test_attention.test_a_case_is_settled_with_a_note_and_opened_again: [
        "act settle",
        "act reopen",
        "list Attention settle_chosen",
        "list Attention reopen_chosen",
        "page bookings_attention_settle",
    ],
    test_messages.test_a_message_is_processed_again_from_its_own_page: ["act process", "page bookings_message_process"],
    test_messages.test_messages_are_processed_again_from_the_list: ["list Message process_again"],
    test_periodic.test_jobs_are_run_now_put_to_rest_and_resumed: [
        f"list Schedule {act}" for act in ("run_now", "let_rest", "resume")
    ],
    test_export.test_the_button_leads_to_what_is_shown: ["page bookings_booking_export"],
    test_export.test_cases_are_exported_as_they_are_listed: ["page bookings_attention_export"],
    test_page.test_each_group_does_what_it_may: ["privacy export", "privacy erase", "page users_user_privacy"],
}
OF_DJANGO = {"changelist", "add", "history", "delete", "change"}


@pytest.mark.django_db
def test_every_act_has_a_test_that_posts_it(rf: RequestFactory, sam: User) -> None:
    request: Any = rf.get("/admin/")
    request.user = sam  # Who may do everything.
    pages = admin.site._registry

    acts = [f"act {did}" for did in Did] + [f"privacy {kind}" for kind in people.ACTS]
    lists = [f"list {model.__name__} {act}" for model, page in pages.items() for act in page.get_actions(request)]
    names = [address.name for page in pages.values() for address in page.get_urls() if address.name]
    own = [f"page {name}" for name in names if name.rpartition("_")[2] not in OF_DJANGO]

    assert sorted(chain(*POSTED_BY.values())) == sorted(acts + lists + own)
