"""What the coach, the clock and the room do at Cal.com, and what the client sees of it."""

from collections.abc import Callable

from playwright.sync_api import expect

from careercoach.demo.browser.people import Operator, Person
from careercoach.demo.browser.test_booking import COACHES, clock

People = Callable[..., Person]
Operators = Callable[..., Operator]


def booked(person: People, **options: object) -> Person:
    """A client with a paid session."""
    client = person(**options).sign_up()
    client.book()
    client.sees(upcoming={"BOOKING_CREATED": 1})
    return client


def test_a_meeting_ends(person: People, operator: Operators, language: str) -> None:
    client = booked(person, language=language)

    operator().play(client, "Run to the end")

    client.sees(past={"MEETING_ENDED": 1})
    expect(client.button("Cancel", "a booking", within=client.card)).to_be_hidden()


def test_a_client_who_does_not_come(person: People, operator: Operators, language: str) -> None:
    client, cal = booked(person, language=language), operator()

    cal.play(client, "Run to the start")
    cal.play(client, "Client was absent")
    client.sees(past={"NO_SHOW": 1})
    expect(client.card).to_contain_text(client.say("You were marked as absent."))
    cal.play(client, "Run to the end")
    cal.wait_until_all_is_sent()
    client.visit()

    client.sees(past={"NO_SHOW": 1})


def test_an_absence_that_is_taken_back(person: People, operator: Operators) -> None:
    client, cal = booked(person), operator()

    cal.play(client, "Run to the start")
    cal.play(client, "Client was absent")
    client.sees(past={"NO_SHOW": 1})
    cal.play(client, "Take the client's absence back")
    cal.play(client, "Run to the end")

    client.sees(past={"MEETING_ENDED": 1})


def test_cal_video_finds_that_the_coach_did_not_come(person: People, operator: Operators, language: str) -> None:
    client, cal = booked(person, language=language), operator()

    cal.play(client, "Run to the start")
    cal.play(client, "Look", missing="coach")

    client.sees(past={"NO_SHOW": 1})
    expect(client.card).to_contain_text(client.say("Your coach was marked as absent."))


def test_a_paid_session_that_the_client_moves_waits_for_the_coach(
    person: People, operator: Operators, language: str
) -> None:
    client = booked(person, language=language)

    at = client.ask_to_move(3, reason="The train is late.")
    expect(client.heading("Your request was sent")).to_be_visible()
    client.go_back()
    client.sees(upcoming={"PENDING": 1})
    expect(client.card).to_contain_text(clock(at))
    expect(client.link("Complete payment", within=client.card)).to_be_hidden()
    operator().play(client, "Confirm")

    client.sees(upcoming={"BOOKING_CREATED": 1})
    expect(client.card).to_contain_text(clock(at))
    expect(client.card).to_contain_text(client.say("Paid"))


def test_the_coach_declines_the_new_time(person: People, operator: Operators, language: str) -> None:
    client = booked(person, language=language)

    client.ask_to_move(2)
    client.go_back().sees(upcoming={"PENDING": 1})
    operator().play(client, "Decline", reason="I am at the dentist.")

    client.sees(past={"BOOKING_CANCELLED": 1})
    expect(client.card).to_contain_text(client.say("The coach declined it."))


def test_an_unpaid_session_is_paid_at_its_new_time(person: People) -> None:
    client = person().sign_up().follow_the_booking_link()
    client.choose_time()
    client.send_the_form().link("Walk away without paying").click()
    client.sees(upcoming={"PENDING": 1})

    at = client.ask_to_move(2)
    expect(client.heading("Pay by card")).to_be_visible()
    client.pay().go_back()

    client.sees(upcoming={"BOOKING_CREATED": 1})
    expect(client.card).to_contain_text(clock(at))


def test_the_coach_moves_it(person: People, operator: Operators) -> None:
    client, cal = booked(person), operator()

    cal.link("Move it as the coach", within=cal.unfold(client)).click()
    at = cal.choose_another_time(4, reason="I am at the dentist.")
    expect(cal.heading("This meeting is scheduled")).to_be_visible()

    expect(client.card).to_contain_text(clock(at))
    client.sees(upcoming={"BOOKING_CREATED": 1})


def test_the_coach_asks_for_another_time(person: People, operator: Operators) -> None:
    client, cal = booked(person), operator()

    cal.play(client, "Ask for another time", reason="I am at the dentist.")
    client.sees(past={"BOOKING_CANCELLED": 1})
    # The address is in the mail that Cal.com sends, and nobody is mailed here.
    client.page.goto(cal.link("Booking page", within=cal.meeting(client)).get_attribute("href") or "")
    expect(client.heading("Your coach asks for another time")).to_be_visible()
    client.link("Reschedule").click()
    at = client.choose_another_time(2)
    client.go_back().sees(upcoming={"PENDING": 1})
    cal.play(client, "Confirm")

    client.sees(upcoming={"BOOKING_CREATED": 1})
    expect(client.card).to_contain_text(clock(at))


def test_the_coach_cancels(person: People, operator: Operators, language: str) -> None:
    client = booked(person, language=language)

    operator().play(client, "Cancel as the coach", reason="I am at the dentist.")

    client.sees(past={"BOOKING_CANCELLED": 1})


def test_another_coach_takes_over(person: People, operator: Operators) -> None:
    client = person().sign_up().follow_the_booking_link()
    client.next_month()  # Where no other test books: another coach has to be free at the same time.
    client.find_time_of_day("10:00 AM")
    client.time_of_day("10:00 AM").click()
    client.send_the_form().pay().go_back().sees(upcoming={"BOOKING_CREATED": 1})
    before = client.card.locator("[data-coach]").inner_text()

    operator().play(client, "Reassign")

    expect(client.card.locator("[data-coach]")).not_to_have_text(before)
    expect(client.card.locator("[data-coach]")).to_have_text(COACHES)
    client.sees(upcoming={"BOOKING_CREATED": 1})


def test_who_pays_after_cancelling_is_booked_all_the_same(person: People, operator: Operators) -> None:
    client, cal = person().sign_up().follow_the_booking_link(), operator()
    client.choose_time()
    client.send_the_form().link("Walk away without paying").click()
    client.sees(upcoming={"PENDING": 1})
    client.button("Cancel", "a booking", within=client.card).click()
    client.cancel_meeting().go_back()
    client.sees(past={"BOOKING_CANCELLED": 1})

    cal.play(client, "Pay all the same")

    client.sees(upcoming={"BOOKING_CREATED": 1})
