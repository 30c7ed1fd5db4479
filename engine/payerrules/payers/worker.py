"""The process of the plugins: `python -m payerrules.payers.worker` reads requests from its input and answers them."""

from __future__ import annotations

import os
import signal
import sys
from dataclasses import asdict
from typing import Any

from payerrules.payers.host import Host
from payerrules.payers.wire import decoded, encoded

GRACE = 2
"""Seconds after the limit at which the process ends itself, should nobody be left to end it."""


def answer(host: Host, request: dict[str, Any]) -> dict[str, Any]:
    """The answer to a request: what a load or a call came to."""
    if request["do"] == "load":
        return asdict(host.load(request["plugin"]))
    called = host.call(request["plugin"], request["what"], request["arguments"])
    return {"result": called.result, "fault": called.fault}


def watch(seconds: int) -> None:
    """Let the system end this process after some seconds; 0 takes that back."""
    if hasattr(signal, "SIGALRM"):
        signal.alarm(seconds)


def main() -> None:
    """Answer until the input ends. What plugins print goes to standard error; their standard input is empty."""
    with os.fdopen(os.dup(0), "rb") as requests, os.fdopen(os.dup(1), "wb") as answers:
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.dup2(2, 1)
        if hasattr(signal, "SIGALRM"):
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the engine's process decides when to leave
        host = Host()
        for line in requests:
            request = decoded(line)
            watch(int(request["limit"]) + GRACE)
            made = answer(host, request)
            watch(0)
            answers.write(encoded(made))
            answers.flush()


if __name__ == "__main__":
    main()
    sys.stdout.flush()
