"""The ways in which API v2 says no (api_v2.md §1.5), all with the status they are answered with."""

from datetime import datetime
from typing import Any

from careercoach.demo.bodies.parts import in_milliseconds

NAMES = {
    400: ("BadRequestException", "Bad Request"),
    401: ("UnauthorizedException", "Unauthorized"),
    403: ("ForbiddenException", "Forbidden"),
    404: ("NotFoundException", "Not Found"),
    409: ("ConflictException", "Conflict"),
}


class Refusal(Exception):
    """Answered in Cal.com's envelope. `details` None leaves them out, as its tRPC handlers do."""

    def __init__(self, status: int, message: str, *, code: str, details: Any = None) -> None:
        super().__init__(message)
        self.status, self.message, self.code, self.details = status, message, code, details

    def body(self, *, path: str, at: datetime) -> dict[str, Any]:
        error = {"code": self.code, "message": self.message}
        if self.details is not None:
            error["details"] = self.details
        return {"status": "error", "timestamp": in_milliseconds(at), "path": path, "error": error}


class CoreRefusal(Refusal):
    """An error of Cal.com's core that no filter catches: it comes without the envelope."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(status, message, code="")

    def body(self, *, path: str, at: datetime) -> dict[str, Any]:
        return {"statusCode": self.status, "message": self.message}


def refused(status: int, message: str) -> Refusal:
    """By the API itself, with the message told twice."""
    code, reason = NAMES[status]
    details = {"message": message, "error": reason, "statusCode": status}
    return Refusal(status, message, code=code, details=details)


def no_route(method: str, path: str) -> Refusal:
    """Also for an operation that this version of the API doesn't have (recorded 078)."""
    return refused(404, f"Cannot {method} {path}")


def not_valid(problems: list[dict[str, Any]]) -> Refusal:
    """Query or body against the rules; each problem repeats what was sent (recorded 033, 063, 065)."""
    return Refusal(400, "Bad Request Exception", code="BadRequestException", details={"errors": problems})


def problem(target: dict[str, Any], name: str, **constraints: str) -> dict[str, Any]:
    found = {"target": target, "property": name, "children": [], "constraints": constraints}
    return found | ({"value": target[name]} if name in target else {})


def too_many() -> Refusal:
    message = "CustomThrottlerGuard - Too many requests. Please try again later."
    return Refusal(429, message, code="ThrottlerException", details=message)


def trpc(status: int, message: str = "Bad request: Please check your request data and try again") -> Refusal:
    """By one of Cal.com's tRPC handlers, which says little (recorded 084)."""
    return Refusal(status, message, code="TRPCError")
