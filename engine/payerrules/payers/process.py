"""Each installed plugin runs in a process of its own: one that hangs, or takes its process down, takes nothing else down."""

from __future__ import annotations

import atexit
import contextlib
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Mapping
from typing import IO, Any

from payerrules.payers.host import Loaded
from payerrules.payers.isolation import Called, too_long, worded
from payerrules.payers.wire import decoded, encoded

LOAD_LIMIT = 30
"""Seconds that starting the process and importing a plugin may take."""
AT_ONCE = 32_000
"""A request of so many bytes is taken by the system at once, even where the process does not read."""


class Gone(Exception):
    """The process ended, or cannot be understood."""


class Worker:
    """The process of one plugin, started when first needed, and anew after it was ended."""

    def __init__(self, plugin: str) -> None:
        self.plugin = plugin
        self.lock = threading.RLock()
        self.process: subprocess.Popen[bytes] | None = None
        self.owner = 0
        self.answers: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self.sender: threading.Thread | None = None
        self.number = 0  # of the request that is to be answered
        self.loading = False  # asked to load the plugin, and not answered yet

    def begin(self) -> None:
        """Start the process and ask it to load the plugin, without waiting for it: several plugins load side by side."""
        with self.lock:
            if not (self.loading and self.running()):
                self.send({"do": "load", "plugin": self.plugin}, LOAD_LIMIT)
                self.loading = True

    def load(self) -> Loaded:
        """Load the plugin."""
        with self.lock:
            self.begin()
            try:
                answer = self.receive(LOAD_LIMIT)
            except TimeoutError:
                return Loaded(
                    fault=f"the plugin {self.plugin} cannot be loaded: it took longer than {LOAD_LIMIT} seconds"
                )
            except Gone as error:
                return Loaded(fault=f"the plugin {self.plugin} cannot be loaded: its process ended ({error})")
            return Loaded(tuple(answer["hooks"]), answer["says"], answer["fault"])

    def call(self, plugin: str, what: str, arguments: Mapping[str, Any], limit: float) -> Called:
        """Call a hook. A plugin that takes too long, or ends the process, is lost."""
        with self.lock:
            try:
                if self.loading or not self.running():
                    loaded = self.load()
                    if loaded.fault:
                        return Called(plugin, what, fault=loaded.fault, lost=True)
                    hook = what.partition(":")[0]
                    if (
                        hook != what
                    ):  # the readers and writers of a new process are known once its formats were asked for
                        self.ask({"do": "call", "plugin": plugin, "what": hook, "arguments": {}}, limit)
                answer = self.ask({"do": "call", "plugin": plugin, "what": what, "arguments": arguments}, limit)
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
        self.send(request, limit)
        return self.receive(limit)

    def send(self, request: Mapping[str, Any], limit: float) -> None:
        """Send a request; a long one beside, as a process that does not read would hold up whoever writes."""
        if not self.running():
            self.start()
        assert self.process is not None and self.process.stdin is not None
        self.number += 1
        line = encoded({**request, "limit": limit, "number": self.number})
        self.sender = threading.Thread(target=write, args=(self.process.stdin, line), daemon=True)
        if len(line) > AT_ONCE:
            self.sender.start()
        else:
            write(self.process.stdin, line)

    def receive(self, limit: float) -> dict[str, Any]:
        """The answer to the request that was sent; raises what `ask` does."""
        self.loading = False
        try:
            line = self.answers.get(timeout=limit)
        except queue.Empty:
            self.stop(0)
            raise TimeoutError from None
        if not line:
            code = self.stop()
            raise Gone(f"exit code {code}" if code >= 0 else f"signal {-code}")
        with contextlib.suppress(ValueError):
            found = decoded(line)
            if isinstance(found, dict) and found.get("number") == self.number:
                return found
        self.stop(0)
        raise Gone("what it answered cannot be read")

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

        threading.Thread(target=listen, name=f"answers of {self.plugin}", daemon=True).start()
        self.process, self.answers, self.owner, self.loading = process, answers, os.getpid(), False

    def stop(self, patience: int = 1) -> int:
        """End the process, which may end by itself for some seconds; its exit code, below zero where a signal ended it."""
        process, self.process, self.loading = self.process, None, False
        if process is None or self.owner != os.getpid():
            return 0
        if process.stdin is not None and not (self.sender is not None and self.sender.is_alive()):
            with contextlib.suppress(OSError):  # what could not be written to a process that has ended
                process.stdin.close()
        try:
            return process.wait(patience)
        except subprocess.TimeoutExpired:
            process.kill()
            return process.wait()


def write(file: IO[bytes], line: bytes) -> None:
    """Write a request; a process that has ended does not answer, and that is seen there."""
    with contextlib.suppress(OSError, ValueError):
        file.write(line)
        file.flush()


_SHARED: dict[str, Worker] = {}


def shared(plugin: str) -> Worker:
    """The one process of a plugin that all engines of this process use."""
    if not _SHARED:
        atexit.register(stop_all)
    return _SHARED.setdefault(plugin, Worker(plugin))


def stop_all() -> None:
    """End the processes of all plugins."""
    for worker in _SHARED.values():
        worker.stop()
