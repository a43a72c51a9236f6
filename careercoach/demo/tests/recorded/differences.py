"""What differs between the stand-in's bodies and the genuine ones, each with its reason; and what isn't played.

A row that no body needs fails the test, and so does a difference without a row.
"""

from dataclasses import dataclass
from fnmatch import fnmatchcase

from careercoach.demo.tests.recorded.shapes import Difference

ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class Allowed:
    """In the bodies that `where` fits ("version/file flow"), these paths are of another kind."""

    where: str
    paths: tuple[str, ...]
    genuine: str
    ours: str
    why: str

    def permits(self, place: str, difference: Difference) -> bool:
        return self.fits(place) and difference[0] in self.paths and difference[1:] == (self.genuine, self.ours)

    def fits(self, place: str) -> bool:
        return fnmatchcase(place, self.where)


PERSONAL = "the recorded type is of one person; ours is a team's, and 038-044, which are too, don't differ"
PLACE = "it was held in a place or by telephone; ours are in Cal Video, and only those have a room"
FORM = "its form asks for first and last name and for a telephone; ours for one name"
API = "made over the API with a name and an address, and nothing else was answered; ours come from the form"
NEWER = "cal.diy 6.2.0; we play 6.0.2, which has teams and Stripe"
QUEUED = "6.2.0 makes this one in its queue, from the row (webhooks.md §3.1, [Q]); 6.0.2 knows no queue"
SOURCE = "webhooks.md reads it in a later source; in what 6.0.2 sent it is as ours (048, 053, 121)"
CALENDAR = "nobody has a calendar connected in the demo, nor had anybody where the genuine ones were recorded"
SETTINGS = "a type whose settings for Cal Video were changed; ours are as they come"

ALLOWED = (
    Allowed("v6*", ("payload.team",), ABSENT, "object", PERSONAL),
    Allowed("v6*", ("payload.schedulingType", "eventType.schedulingType"), "null", "str", PERSONAL),
    Allowed("v602/*", ("payload.destinationCalendar",), "null", "list", PERSONAL),
    Allowed("v6*", ("payload.eventType.teamId",), "null", "int", PERSONAL),
    Allowed("v602/*MEETING_*", ("eventType.owner",), "object", "null", PERSONAL),
    Allowed("v602/*MEETING_*", ("eventType.owner.hideBranding",), "bool", ABSENT, PERSONAL),
    Allowed("v602/*MEETING_*", ("eventType.hosts.each",), ABSENT, "object", PERSONAL),
    *(
        Allowed(f"{number}_BOOKING_CREATED*", paths, ABSENT, kind, PLACE)
        for number in ("v602/006", "v602/037", "v602/084", "v620/006")
        for paths, kind in (
            (("payload.conferenceData", "payload.videoCallData"), "object"),
            (("payload.metadata.videoCallUrl",), "str"),
            (("payload.appsStatus",), "list"),
        )
    ),
    *(
        Allowed(f"{number}_MEETING_*", ("appsStatus",), ABSENT, "list", PLACE)
        for number in ("v602/049", "v602/05[012]", "v620/03[89]")
    ),
    *(
        Allowed(f"v602/{number}_*", (f"{path}responses.name.value",), "object", "str", FORM)
        for number, path in (("0[38][74]", "payload."), ("049", ""), ("050", ""))
    ),
    *(
        Allowed(
            f"v602/{number}_*",
            (f"{path}responses.name.value.firstName", f"{path}responses.name.value.lastName"),
            "str",
            ABSENT,
            FORM,
        )
        for number, path in (("0[38][74]", "payload."), ("049", ""), ("050", ""))
    ),
    Allowed("v602/084_*", ("payload.responses.attendeePhoneNumber.value",), "str", ABSENT, FORM),
    Allowed("v602/084_*", ("payload.attendees.each.phoneNumber",), "str", ABSENT, FORM),
    Allowed("v602/07[24]_*", ("payload.responses.guests.value",), ABSENT, "list", API),
    Allowed("v602/07[24]_*", ("payload.responses.notes.value",), ABSENT, "str", API),
    Allowed("v602/084_*", ("payload.responses.guests.value",), ABSENT, "list", API),
    Allowed("v602/084_*", ("payload.responses.notes.value",), ABSENT, "str", API),
    Allowed("v602/07[35]_*", ("payload.responses.guests", "payload.responses.notes"), ABSENT, "object", API),
    Allowed("v602/075_*", ("payload.responses.location",), ABSENT, "object", API),
    Allowed("v602/073_*", ("payload.responses.location.label",), ABSENT, "str", API),
    Allowed("v620/*", ("payload.destinationCalendar",), "null", "list", NEWER),
    Allowed("v620/*", ("payload.hideBranding",), "bool", ABSENT, NEWER),
    Allowed("v620/*CANCELLED*", ("payload.requestReschedule",), "bool", ABSENT, NEWER),
    Allowed("v620/*CANCELLED*", ("payload.schedulingType",), "null", ABSENT, NEWER),
    Allowed("v620/*CANCELLED*", ("payload.organizationId",), ABSENT, "null", NEWER),
    Allowed("v620/*PAYMENT_INITIATED*", ("payload.userFieldsResponses.title",), ABSENT, "object", NEWER),
    Allowed("v620/*confirmation", ("payload.disableCancelling", "payload.disableRescheduling"), "bool", ABSENT, NEWER),
    Allowed("v620/*confirmation", ("payload.seatsPerTimeSlot", "payload.assignmentReason"), "null", ABSENT, NEWER),
    Allowed("v620/*confirmation", ("payload.seatsShowAttendees",), "bool", ABSENT, NEWER),
    Allowed("v620/*AFTER_*", ("payload.webhook.version",), "str", ABSENT, NEWER),
    Allowed("v620/*MEETING_*", ("user.uuid", "userUuid"), "str", ABSENT, NEWER),
    Allowed("v620/*MEETING_*", ("user.isPlatformManaged",), "bool", ABSENT, NEWER),
    Allowed("v620/070_*", ("payload.startTime", "payload.endTime"), "time .000Z", "time Z", QUEUED),
    Allowed("v620/070_*", ("payload.assignmentReason",), "list", ABSENT, QUEUED),
    Allowed(
        "v620/070_*",
        ("payload.attendees.each.bookingSeat", "payload.attendees.each.phoneNumber", "payload.organizationId"),
        "null",
        ABSENT,
        QUEUED,
    ),
    Allowed(
        "v620/070_*",
        tuple(f"payload.platform{what}" for what in ("ClientId", "BookingUrl", "CancelUrl", "RescheduleUrl")),
        "str",
        ABSENT,
        QUEUED,
    ),
    Allowed(
        "v620/070_*",
        tuple(f"payload.responses.{slug}" for slug in ("attendeePhoneNumber", "title", "rescheduleReason")),
        ABSENT,
        "object",
        QUEUED,
    ),
    Allowed(
        "v620/070_*",
        tuple(f"payload.responses.{slug}.isHidden" for slug in ("name", "email", "notes", "guests", "location")),
        ABSENT,
        "bool",
        QUEUED,
    ),
    Allowed("source/*", ("payload.destinationCalendar.each",), "object", ABSENT, CALENDAR),
    Allowed("source/booking_created*", ("payload.iCalUID",), "str", ABSENT, CALENDAR),
    Allowed("source/meeting_*", ("eventType.hosts.each.user.destinationCalendar",), "null/object", "null", CALENDAR),
    Allowed(
        "source/meeting_*", ("eventType.hosts.each.user.destinationCalendar.primaryEmail",), "str", ABSENT, CALENDAR
    ),
    Allowed("source/meeting_*", ("status",), "str", ABSENT, SOURCE),
    Allowed("source/after_*", ("payload.eventType.calVideoSettings",), "object", "null", SETTINGS),
    Allowed("source/after_*", ("payload.eventType.calVideoSettings.requireEmailForGuests",), "bool", ABSENT, SETTINGS),
    Allowed("source/after_*", ("payload.webhook.version",), "str", ABSENT, NEWER),
)

# Bodies built from Cal.com's source, for what wasn't recorded: a question of the type's own after the payment, a team's
# hosts in MEETING_*, a coach who waits alone, several marked at once, another coach.
FROM_SOURCE = (
    "booking_created_after_payment",
    "meeting_started",
    "meeting_ended",
    "after_guests_no_show",
    "no_show_updated_guest_unmarked",
    "no_show_updated_several",
    "booking_reassigned_documented",
)

SEATS = "seats: several strangers in one session, which isn't sold"
SERIES = "a series of sessions, which isn't sold"
OTHER = "of no booking, or from a webhook with a template of its own"

NOT_PLAYED = {
    **dict.fromkeys(
        (f"v602/{number}" for number in ("024", "025", "026", "027", "028", "029", "030", "031")),
        SEATS,
    ),
    **dict.fromkeys((f"v602/{number}" for number in ("045", "046", "047", "123", "125")), SEATS),
    **dict.fromkeys((f"v602/{number}" for number in ("032", "033", "034", "035", "036")), SERIES),
    **dict.fromkeys(("v602/092", "v602/095", "v602/097", "v620/078"), OTHER),
}
