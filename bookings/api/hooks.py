"""What is done to the schema when it is made: the meaning of the values, and what every answer has."""

from typing import Any

MEANINGS = {
    "Status": {
        "PENDING": "Not paid or not confirmed yet.",
        "BOOKING_CREATED": "Paid, where it has a price, and confirmed: it takes place.",
        "BOOKING_CANCELLED": "Cancelled or declined.",
        "MEETING_ENDED": "It took place, as far as anybody told.",
        "NO_SHOW": "The client or the coach was absent; `reason` says who.",
    },
    "Reason": {
        "superseded": "Moved to another time. Only in `history` and `timeline`.",
        "rejected": "Declined by the coach.",
        "cancelled": "Cancelled by the client or the coach.",
        "client_absent": "The client was absent.",
        "coach_absent": "The coach was absent.",
        "ended": "Its time has passed.",
        "accepted": "Confirmed, and paid where it has a price.",
        "free": "It has no price, where only paid sessions count.",
        "payment_due": "Not paid yet: `links.manage` leads to the payment.",
        "unconfirmed": "Not confirmed yet.",
    },
    "PaymentState": {
        "unknown": "Nobody told.",
        "due": "Not paid yet.",
        "presumed": "Cal.com confirms a booking with a price when it is paid, and has confirmed this one.",
        "paid": "Cal.com told of the payment.",
    },
    "Obstacle": {
        "already_cancelled": "It is cancelled.",
        "already_passed": "Its time has passed.",
        "cancelling_disabled": "Sessions of this kind can't be cancelled.",
        "rescheduling_disabled": "Sessions of this kind can't be moved.",
        "not_confirmed": "There is no meeting before it is paid and confirmed.",
        "no_link": "Cal.com hasn't told yet where the meeting is.",
        "too_early": "The meeting opens at `joinOpensAt`.",
    },
    "ProblemType": {
        "validation_error": "A parameter is wrong: `attr` names it. There may be several errors.",
        "client_error": "It can't be done as asked.",
        "server_error": "It is not the caller's fault.",
    },
    "When": {
        "upcoming": "Not over yet, or without a time; the next first.",
        "past": "Over; the latest first.",
    },
    "PendingState": {"waiting": "Neither the webhook nor Cal.com's API has told of it yet."},
}


def with_meanings(result: dict[str, Any], **_context: Any) -> dict[str, Any]:
    """Say of each value what it means. Raises KeyError for one of which nothing is said here."""
    schemas = result["components"]["schemas"]
    schemas["When"] = {"type": "string", "enum": [*MEANINGS["When"]]}
    for name, meanings in MEANINGS.items():
        schemas[name]["description"] = "\n".join(f"* `{value}`: {meanings[value]}" for value in schemas[name]["enum"])
    schemas["Permission"]["properties"]["reason"] = {
        "oneOf": [{"$ref": "#/components/schemas/Obstacle"}, {"type": "null"}],
        "description": "Null where it is allowed.",
    }
    for parameter in result["paths"]["/api/bookings"]["get"]["parameters"]:
        if parameter["name"] == "status":
            values = {"type": "array", "items": {"$ref": "#/components/schemas/Status"}}
            parameter |= {"schema": values, "style": "form", "explode": True}
        if parameter["name"] == "when":
            parameter["schema"] = {"$ref": "#/components/schemas/When"}
    result["components"]["schemas"] = dict(sorted(schemas.items()))
    return result


def exactly(result: dict[str, Any], **_context: Any) -> dict[str, Any]:
    """Say what a body may have and nothing else, since anything else is refused; and that a userId may be a number."""
    for name, schema in result["components"]["schemas"].items():
        if name.endswith("Request"):
            schema["additionalProperties"] = False
            schema["properties"]["userId"]["type"] = ["string", "integer"]
    return result


def with_request_ids(result: dict[str, Any], **_context: Any) -> dict[str, Any]:
    """Every answer has the number of its request in a header."""
    header = {"schema": {"type": "string"}, "description": "Finds the request in our log.", "required": True}
    for path in result["paths"].values():
        for operation in path.values():
            for response in operation["responses"].values():
                response.setdefault("headers", {})["X-Request-Id"] = header
    return result
