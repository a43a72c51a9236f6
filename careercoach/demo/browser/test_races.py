"""Where the order of things is nobody's choice: two people at one slot, and a wire that repeats and shuffles."""

import itertools
import time
from collections.abc import Callable

from playwright.sync_api import expect

from careercoach.demo.browser.people import Operator, Person
from careercoach.demo.browser.serving import Demo

TAKEN = "That time has just been taken. Nothing was booked; please choose another one."
AWAY = ["Ada Lindqvist", "Marcus Bell", "陈思远", "Priya Raman", "Tom Okafor"]  # All but Elena Costa.

# Tells of each status that a booking is shown with, as often as it changes.
OBSERVE = """
addEventListener("DOMContentLoaded", () => {
  const shown = new Map();
  const look = () => {
    const cards = [...document.querySelectorAll("#sessions li.booking")];
    const references = cards.map((card) => card.querySelector("[data-reference]").textContent);
    if (new Set(references).size < references.length) tell("twice", references.join(" "));
    for (const [index, card] of cards.entries()) {
      if (!references[index] || shown.get(references[index]) === card.dataset.state) continue;
      shown.set(references[index], card.dataset.state);
      tell(references[index], card.dataset.state);
    }
  };
  const everything = { subtree: true, childList: true, attributes: true, characterData: true };
  new MutationObserver(look).observe(document.body, everything);
});
"""


def test_two_race_for_the_last_slot(
    person: Callable[..., Person], operator: Callable[..., Operator], own_demo: Callable[..., Demo]
) -> None:
    demo = own_demo()
    cal = operator(at=demo).look()
    for coach in AWAY:
        cal.send_away(coach)
    both = [person(name, at=demo).sign_up().follow_the_booking_link() for name in ("Ines Duarte", "Juno Park")]
    slots = []
    for each in both:
        each.watch.expect("409")
        slots.append(each.choose_time())
    at = time.time() * 1000 + 700

    # Begun in both pages before either ends: the clicks wait for the same moment.
    for each in both:
        each.page.evaluate(
            f"setTimeout(() => document.querySelector('form[data-once] button').click(), {at} - Date.now())"
        )
    for each in both:
        expect(each.heading("Pay by card").or_(each.page.get_by_role("alert"))).to_be_visible()
    winners = [each for each in both if each.heading("Pay by card").is_visible()]
    losers = [each for each in both if each.page.get_by_role("alert").is_visible()]

    assert (slots[0], len(winners), len(losers)) == (slots[1], 1, 1)
    [winner], [loser] = winners, losers
    expect(loser.page.get_by_role("alert")).to_have_text(TAKEN)
    assert loser.choose_time() > slots[0]
    loser.send_the_form().pay().go_back().sees(upcoming={"BOOKING_CREATED": 1})
    winner.pay().go_back().sees(upcoming={"BOOKING_CREATED": 1})


def test_on_a_spoiled_wire_the_page_never_shows_what_cannot_be(
    person: Callable[..., Person], operator: Callable[..., Operator], own_demo: Callable[..., Demo]
) -> None:
    demo = own_demo()
    cal, client = operator(at=demo), person(at=demo)
    cal.spoil_the_wire()
    told: list[tuple[str, str]] = []
    client.context.expose_function("tell", lambda reference, status: told.append((reference, status)))
    client.context.add_init_script(OBSERVE)
    client.sign_up()
    watching, acting = client.page, client.context.new_page()

    for booked, kept in enumerate((False, True, False, True, False)):
        client.page = acting
        client.visit().follow_the_booking_link()
        client.choose_time(booked)
        client.send_the_form()
        _shown_as_paid_is(booked, told)
        client.pay()
        if not kept:
            client.link("Cancel").click()
            client.cancel_meeting()
    acting.close()
    client.page = watching
    cal.wait_until_all_is_sent()

    client.sees(upcoming={"BOOKING_CREATED": 2}, past={"BOOKING_CANCELLED": 3})
    client.visit().sees(upcoming={"BOOKING_CREATED": 2}, past={"BOOKING_CANCELLED": 3})
    assert _impossible(told) == []


ORDER = ["PENDING", "BOOKING_CREATED", "BOOKING_CANCELLED"]  # Some may never be seen; none comes after a later one.


def _impossible(told: list[tuple[str, str]]) -> list[tuple[str, list[str]]]:
    by_reference: dict[str, list[str]] = {}
    for reference, status in told:
        by_reference.setdefault(reference, []).append(status)
    # A page that is loaded anew tells the same status again.
    seen = {
        reference: [status for status, _same in itertools.groupby(each)] for reference, each in by_reference.items()
    }
    return [
        (reference, each)
        for reference, each in seen.items()
        if not set(each) <= set(ORDER) or each != sorted(set(each), key=ORDER.index)
    ]


def _shown_as_paid_is(booked: int, told: list[tuple[str, str]]) -> None:
    """No more bookings than were paid until now."""
    paid = {reference for reference, status in told if status == "BOOKING_CREATED"}
    assert len(paid) <= booked
