"""Is the key good, may its owner see the team, and do our clocks agree? Pure: from what was fetched to findings."""

from bookings.cal.client import CalError, CalUnavailable, Exchange, Forbidden, NotConfigured, Row, Unauthorized
from bookings.cal.doctor.findings import Finding, green, red, yellow

CLOCK_YELLOW, CLOCK_RED = 2.0, 30.0  # Seconds. Stamps are compared across both clocks.
ADMINS = ("ADMIN", "OWNER")


def key(me: Row | CalError) -> Finding:
    if not isinstance(me, CalError):
        return green("key", f"valid: it acts as {me.get('username') or me.get('id')}")
    match me:
        case NotConfigured():
            cure = "Set CAL_API_KEY (and CAL_API_BASE_URL): resync and this command ask Cal.com with it."
        case Unauthorized():
            cure = (
                "Make a new key at Cal.com, Settings, Developer, API keys, and set CAL_API_KEY. A key of cal.com is no "
                "key of cal.eu; a self-hosted 6.0.2 without a licence takes none."
            )
        case CalUnavailable():
            cure = "See whether Cal.com is up (status.cal.com), and whether this server reaches CAL_API_BASE_URL."
        case _:
            cure = "See that CAL_API_BASE_URL is the address of Cal.com's API v2, as https://api.cal.com/v2."
    return red("key", str(me), cure)


def team_admin(me: Row, members: list[Row] | CalError) -> Finding:
    """Of a team only: the list of members is for its admins, and so are the bookings of other coaches."""
    cure = "Make the key's owner an admin or owner of the team, or make the key as one, and see CAL_TEAM_ID."
    if isinstance(members, Forbidden):
        return red("team_admin", f"the key's owner may not see the team: {members}", cure)
    if isinstance(members, CalError):
        return red("team_admin", f"the team could not be looked at: {members}", cure)
    role = next((row.get("role") for row in members if row.get("userId") == me.get("id")), None)
    if role in ADMINS:
        return green("team_admin", f"the key's owner is {str(role).lower()} of the team")
    if role is None:  # An admin of the organization passes for one of each of its teams.
        return green("team_admin", "the key's owner may see the team without being in it, as an organization's admin")
    return red("team_admin", f"the key's owner is only {str(role).lower()[:20]} of the team", cure)


def clock(exchanges: list[Exchange]) -> Finding:
    """By the exchange with the shortest journey, which tells it best."""
    told = [(each.answered_at - each.asked_at, each.skew) for each in exchanges if each.skew is not None]
    if not told:
        return yellow("clock", "no answer of Cal.com's told its time", "Nothing to do, once Cal.com answers.")
    _journey, skew = min(told)
    ahead = "behind" if skew > 0 else "ahead of"  # The skew is of their clock.
    found = f"ours is {abs(skew):.1f} s {ahead} Cal.com's"
    cure = "Let this server set its clock by NTP (timedatectl set-ntp true). Messages are ordered by their times."
    if abs(skew) >= CLOCK_RED:
        return red("clock", found, cure)
    return yellow("clock", found, cure) if abs(skew) >= CLOCK_YELLOW else green("clock", found)


def not_seen(check: str) -> Finding:
    """What can't be told without an answer is no news of its own: the key's finding is red already."""
    return yellow(check, "not looked at, since Cal.com could not be asked", "See the key.")
