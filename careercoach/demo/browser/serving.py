"""The demo as a process of its own, started and ended as `make demo` and Ctrl-C do it."""

import os
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
GREETING, GOODBYE = "Career Coach is ready.", "The demo has ended; its data are kept."
PATIENCE = 90  # Seconds to the greeting, on a machine that has other things to do.


class Demo:
    """`start()` may follow `stop()`: the address and the data stay the same."""

    def __init__(self, data: Path, *, with_history: bool = False) -> None:
        self.data = data
        self.with_history = with_history
        self.port = _free_port()
        self.site = f"http://localhost:{self.port}"
        self.output = ""
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> "Demo":
        command = [sys.executable, "-m", "careercoach.demo", "--port", str(self.port), "--data", str(self.data)]
        if not self.with_history:
            command.append("--no-history")
        self.output = ""
        self._process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=os.environ | {"PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            preexec_fn=_heed_ctrl_c,  # noqa: PLW1509 it takes no lock
        )
        greeted = threading.Event()
        self._reader = threading.Thread(target=self._read, args=(self._process, greeted), daemon=True)
        self._reader.start()
        if not greeted.wait(PATIENCE) or GREETING not in self.output:
            self._process.kill()
            raise AssertionError(f"The demo didn't greet:\n{self.output[-2000:]}")
        return self

    def stop(self) -> None:
        """As Ctrl-C. Fails where it doesn't end well, or anything went wrong while it ran. Safe to repeat."""
        process, self._process = self._process, None
        if process is None:
            return
        process.send_signal(signal.SIGINT)
        try:
            code = process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
        self._reader.join()
        assert (code, GOODBYE in self.output, "Traceback" in self.output) == (0, True, False), self.output

    def _read(self, process: "subprocess.Popen[str]", greeted: threading.Event) -> None:
        assert process.stdout is not None
        with process.stdout as lines:
            for line in lines:
                self.output += line
                if GREETING in line:
                    greeted.set()
        greeted.set()  # It has ended: nobody waits for nothing.


def _heed_ctrl_c() -> None:
    """A shell's background job is born deaf to it, and so would be all that it starts."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
