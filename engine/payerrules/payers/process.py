"""Installed plugins run in a process of their own: one that hangs, or takes its process down, takes nothing else down."""

from __future__ import annotations

import atexit
import contextlib
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Mapping
from typing import Any

from payerrules.payers.host import Loaded
from payerrules.payers.isolation import Called, too_long, worded
from payerrules.payers.wire import decoded, encoded

LOAD_LIMIT = 30
"""Seconds that starting the process and importing a plugin may take."""


class Gone(Exception):
    """The process ended without an answer."""


class Worker:
    """The process of the plugins, started when first needed, and anew after it was ended."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.process: subprocess.Popen[bytes] | None = None
        self.owner = 0
        self.answers: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self.there: set[str] = set()  # plugins that this process has loaded

    def load(self, name: str) -> Loaded:
        """Load a plugin."""
        with self.lock:
            try:
                answer = self.ask({"do": "load", "plugin": name}, LOAD_LIMIT)
            except TimeoutError:
                return Loaded(fault=f"the plugin {name} cannot be loaded: it took longer than {LOAD_LIMIT} seconds")
            except Gone as error:
                return Loaded(fault=f"the plugin {name} cannot be loaded: {error}")
            self.there.add(name)
            return Loaded(tuple(answer["hooks"]), answer["says"], answer["fault"])

    def call(self, plugin: str, what: str, arguments: Mapping[str, Any], limit: float) -> Called:
        """Call a hook. A plugin that takes too long, or ends the process, is lost."""
        with self.lock:
            if not self.running() or plugin not in self.there:
                loaded = self.load(plugin)
                if loaded.fault:
                    return Called(plugin, what, fault=loaded.fault, lost=True)
                if ":" in what:  # the readers and writers of a new process are known once its formats were asked for
                    self.ask(
                        {"do": "call", "plugin": plugin, "what": what.partition(":")[0], "arguments": {}}, LOAD_LIMIT
                    )
            request = {"do": "call", "plugin": plugin, "what": what, "arguments": arguments}
            try:
                answer = self.ask(request, limit)
            except TimeoutError:
                return too_long(plugin, what, limit)
            except Gone as error:
                fault = f"{worded(what)} of the plugin {plugin} ended its process ({error}); the plugin is off for the rest of the run"
                return Called(plugin, what, fault=fault, lost=True)
            return Called(plugin, what, answer["result"], answer["fault"])

    # --- the process --------------------------------------------------------------------------
    def running(self) -> bool:
        """Whether the process is there, and is this process's own (and not that of one it was forked from)."""
        return self.process is not None and self.owner == os.getpid() and self.process.poll() is None

    def ask(self, request: Mapping[str, Any], limit: float) -> dict[str, Any]:
        """Send a request and wait for the answer.

        Raises TimeoutError where it does not come in time, Gone where it cannot come; the process is ended then.
        """
        if not self.running():
            self.start()
        assert self.process is not None and self.process.stdin is not None
        with contextlib.suppress(OSError):  # it has ended: the answer below is empty
            self.process.stdin.write(encoded({**request, "limit": limit}))
            self.process.stdin.flush()
        try:
            line = self.answers.get(timeout=limit)
        except queue.Empty:
            self.stop(0)
            raise TimeoutError from None
        try:
            found: dict[str, Any] = decoded(line)
        except ValueError:
            code = self.stop()
            raise Gone(f"exit code {code}" if code >= 0 else f"signal {-code}") from None
        return found

    def start(self) -> None:
        """Start the process, with the same modules to import from."""
        here = {**os.environ, "PYTHONPATH": os.pathsep.join(path or os.getcwd() for path in sys.path)}
        command = [sys.executable, "-P", "-m", "payerrules.payers.worker"]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=here)
        answers: queue.SimpleQueue[bytes] = queue.SimpleQueue()

        def listen() -> None:
            assert process.stdout is not None
            with process.stdout as lines:
                for line in lines:
                    answers.put(line)
            answers.put(b"")

        threading.Thread(target=listen, name="answers of plugins", daemon=True).start()
        self.process, self.answers, self.owner, self.there = process, answers, os.getpid(), set()

    def stop(self, patience: int = 1) -> int:
        """End the process, which may end by itself for some seconds; its exit code, below zero where a signal ended it."""
        process, self.process, self.there = self.process, None, set()
        if process is None or self.owner != os.getpid():
            return 0
        if process.stdin is not None:
            with contextlib.suppress(OSError):  # what could not be written to a process that has ended
                process.stdin.close()
        try:
            return process.wait(patience)
        except subprocess.TimeoutExpired:
            process.kill()
            return process.wait()


_SHARED: list[Worker] = []


def shared() -> Worker:
    """The one process of plugins that all engines of this process use."""
    if not _SHARED:
        _SHARED.append(Worker())
        atexit.register(_SHARED[0].stop)
    return _SHARED[0]
