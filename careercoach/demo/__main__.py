"""`python -m careercoach.demo`: the whole flow on this machine, in the foreground, until Ctrl-C.

Makes both databases where they are missing, plays some history, and serves the project together with the stand-in for
Cal.com. The data stay in a folder, so stopping and starting again goes on; `--reset` starts over. With a command of
manage.py after its options it serves nothing, and does that on these data: `resync_bookings --full`.
"""

import argparse
import os
import socket
import sys
from pathlib import Path
from urllib.parse import quote

from careercoach.demo import EVENT_TYPE_ID, SLUG, TEAM_ID, TEAM_SLUG

ROOT = Path(__file__).resolve().parent.parent.parent
OURS, CALS, PASSWORD = "careercoach.sqlite3", "cal.sqlite3", "admin-password"  # The files in its folder.


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m careercoach.demo", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (%(default)s)")
    parser.add_argument("--port", type=int, default=8000, help="port to listen on (%(default)s)")
    parser.add_argument("--url", help="where a browser reaches it, if that is not http://localhost:PORT")
    parser.add_argument("--data", type=Path, default=ROOT / ".demo", help="folder of both databases (%(default)s)")
    parser.add_argument("--reset", action="store_true", help="throw the data away and start over")
    parser.add_argument("--no-history", action="store_true", help="begin without the demo users and their bookings")
    parser.add_argument(
        "command",
        nargs=argparse.REMAINDER,
        help="a command of manage.py with its options, done on these data instead of serving: resync_bookings --full",
    )
    given = parser.parse_args(arguments)

    if not 0 < given.port < 65536:
        parser.error(f"{given.port} is no port: give one from 1 to 65535, such as make demo PORT=8000")
    if given.command and (given.reset or not (given.data / OURS).exists()):
        parser.error("a command works on the data of a demo that was started once, and keeps them: make demo")
    if not given.command and is_taken(given.host, given.port):
        print(f"Port {given.port} is in use. Stop what uses it, or choose another: make demo PORT={given.port + 1}")
        return 1
    if given.reset:
        throw_away(given.data)
    given.data.mkdir(parents=True, exist_ok=True)
    site = (given.url or f"http://localhost:{given.port}").rstrip("/")
    os.environ.update(environment(site=site, data=given.data.resolve()))

    import django  # noqa: PLC0415 not before: it reads its settings from what was just set

    if given.command:
        from django.core.management import execute_from_command_line  # noqa: PLC0415 as above

        execute_from_command_line(["manage.py", *given.command])
        return 0
    django.setup()
    from careercoach.demo import running  # noqa: PLC0415 needs Django to be set up

    return running.run(host=given.host, port=given.port, site=site, data=given.data, with_history=not given.no_history)


def environment(*, site: str, data: Path) -> dict[str, str]:
    """All that decides where the demo reads and writes: whatever .env says, nothing real is touched."""
    return {
        "DJANGO_SETTINGS_MODULE": "careercoach.demo.settings",
        "DEBUG": "true",
        "ALLOWED_HOSTS": "",
        "API_KEYS": "",
        "API_CALLS_PER_USER": "0",  # All who try it come from one address.
        "API_CALLS_PER_ADDRESS": "0",
        "LOG_LEVEL": "WARNING",
        # Both become addresses, in which # and ? would end the path: folders may be called so.
        "DATABASE_URL": f"sqlite:///{quote(str(data / OURS))}",
        "DEMO_DATABASE": quote(str(data / CALS)),
        "CAL_EVENT_URL": f"{site}/team/{TEAM_SLUG}/{SLUG}",
        "CAL_WEB_BASE_URL": site,
        "CAL_WEBHOOK_SECRETS": "demo-webhook-secret-of-no-value",
        "CAL_API_BASE_URL": f"{site}/v2",
        "CAL_API_KEY": "cal_demo_key_of_no_value",
        "CAL_TEAM_ID": str(TEAM_ID),
        "CAL_EVENT_TYPE_IDS": str(EVENT_TYPE_ID),
        "CAL_PAYMENT_REQUIRED": "true",
    }


def throw_away(data: Path) -> None:
    """The demo's own files and nothing else: the folder is whichever somebody named."""
    for name in (OURS, CALS):
        for part in ("", "-wal", "-shm", "-journal"):
            (data / f"{name}{part}").unlink(missing_ok=True)
    (data / PASSWORD).unlink(missing_ok=True)


def is_taken(host: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((host, port)) == 0


if __name__ == "__main__":
    sys.exit(main())
