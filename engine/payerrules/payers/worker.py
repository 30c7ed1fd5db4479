"""The process of a plugin: `python -m payerrules.payers.worker` reads requests from its input and answers them."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from dataclasses import asdict
from typing import IO, Any, Final

from payerrules.payers.host import Host
from payerrules.payers.isolation import MEGABYTES, MEMORY, told, worded
from payerrules.payers.wire import decoded, encoded

GRACE: Final = 2
"""Seconds after the limit at which the process ends itself, should nobody be left to end it."""
MOST_BYTES: Final = 256_000_000
"""An answer may have so many bytes."""


def answer(host: Host, request: dict[str, Any]) -> dict[str, Any]:
    """The answer to a request: what a load or a call came to."""
    if request["do"] == "load":
        return asdict(host.load(request["plugin"]))
    called = host.call(request["plugin"], request["what"], request["arguments"])
    return {"result": called.result, "fault": called.fault}


def answered(host: Host, request: dict[str, Any]) -> bytes:
    """The answer as it is sent; what cannot be sent is the plugin's fault."""
    number = {"number": request["number"]}
    try:
        line = encoded({**answer(host, request), **number})
        if len(line) > MOST_BYTES:
            raise ValueError(f"it gave more than {MOST_BYTES:,} bytes")
    except Exception as error:
        what = f"{worded(request.get('what', 'loading'))} of the plugin {request['plugin']}"
        line = encoded({"result": None, "hooks": [], "says": "", "fault": f"{what} raised {told(error)}", **number})
    return line


def watch(seconds: int) -> None:
    """Let the system end this process after some seconds; 0 takes that back."""
    if hasattr(signal, "SIGALRM"):
        signal.alarm(seconds)


def bound() -> None:
    """Let the plugin have so much memory and no more, where the system can hold it to that."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        most = int(float(os.environ.get(MEMORY) or MEGABYTES) * 1_000_000)
        _, hard = resource.getrlimit(resource.RLIMIT_DATA)
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(resource.RLIMIT_DATA, (most, most))


def serve(requests: IO[bytes], answers: IO[bytes]) -> None:
    """Answer until the input ends; a copy of the process that the plugin made and let run on answers nothing."""
    host, own = Host(), os.getpid()
    for line in requests:
        request = decoded(line)
        watch(int(request["limit"]) + GRACE)
        made = answered(host, request)
        watch(0)
        if os.getpid() != own:
            os._exit(0)
        answers.write(made)
        answers.flush()


def main() -> None:
    """Answer whoever asks. What plugins print goes to standard error; their standard input is empty."""
    with os.fdopen(os.dup(0), "rb") as requests, os.fdopen(os.dup(1), "wb") as answers:
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.dup2(2, 1)
        if hasattr(signal, "SIGALRM"):
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the engine's process decides when to leave
        bound()
        try:
            serve(requests, answers)
        except BrokenPipeError:  # whoever asked is gone, and nobody reads what could still be said
            os._exit(0)
    watch(GRACE)  # what the plugin still does at its end


if __name__ == "__main__":
    main()
    sys.stdout.flush()
