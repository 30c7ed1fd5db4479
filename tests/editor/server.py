"""A client of the YAML language server, over its standard streams: opens a text, and asks for completions, hovers and errors."""

from __future__ import annotations

import itertools
import json
import subprocess
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
SERVER = HERE / "node_modules" / "yaml-language-server" / "bin" / "yaml-language-server"


class Server:
    """A running language server; use it as a context, so that it ends."""

    def __init__(self) -> None:
        command = ["node", str(SERVER), "--stdio"]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.numbers = itertools.count(1)
        self.versions: dict[str, int] = {}
        self.errors: dict[str, list[dict[str, Any]]] = {}

    def __enter__(self) -> Server:
        capabilities = {"textDocument": {"publishDiagnostics": {}}, "workspace": {"configuration": True}}
        self.ask("initialize", {"processId": None, "rootUri": None, "capabilities": capabilities})
        self.tell("initialized", {})
        return self

    def __exit__(self, *_: object) -> None:
        self.ask("shutdown", None)
        self.tell("exit", None)
        for stream in (self.process.stdin, self.process.stdout):
            assert stream is not None
            stream.close()
        self.process.wait(timeout=30)

    # --- messages -------------------------------------------------------------------------------
    def send(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self.process.stdin is not None
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self.process.stdin.flush()

    def receive(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        length = 0
        while header := self.process.stdout.readline().strip():
            name, _, value = header.partition(b":")
            length = int(value) if name.lower() == b"content-length" else length
        if not length:
            raise EOFError("the language server has ended")
        found: dict[str, Any] = json.loads(self.process.stdout.read(length))
        return found

    def tell(self, method: str, params: Any) -> None:
        self.send({"method": method, "params": params})

    def ask(self, method: str, params: Any) -> Any:
        number = next(self.numbers)
        self.send({"id": number, "method": method, "params": params})
        while True:
            message = self.receive()
            if message.get("id") == number and "method" not in message:
                assert "error" not in message, message
                return message["result"]
            self.note(message)

    def note(self, message: dict[str, Any]) -> None:
        """Answer what the server asks in between, and keep the errors it tells of."""
        match message.get("method"):
            case "workspace/configuration":
                yaml = {"schemaStore": {"enable": False}, "completion": True, "hover": True, "validate": True}
                settings = {"yaml": yaml}
                wanted = [item.get("section", "") for item in message["params"]["items"]]
                self.send({"id": message["id"], "result": [settings.get(section, {}) for section in wanted]})
            case "textDocument/publishDiagnostics":
                self.errors[message["params"]["uri"]] = message["params"]["diagnostics"]
            case _ if "id" in message:
                self.send({"id": message["id"], "result": None})

    # --- texts ----------------------------------------------------------------------------------
    def show(self, path: Path, text: str) -> str:
        """Show the server a text as the content of a file."""
        uri = path.as_uri()
        self.errors.pop(uri, None)
        version = self.versions[uri] = self.versions.get(uri, 0) + 1
        if version == 1:
            document = {"uri": uri, "languageId": "yaml", "version": 1, "text": text}
            self.tell("textDocument/didOpen", {"textDocument": document})
        else:
            document = {"uri": uri, "version": version}
            self.tell("textDocument/didChange", {"textDocument": document, "contentChanges": [{"text": text}]})
        return uri

    def completions(self, path: Path, text: str) -> list[str]:
        """What is offered where `|` stands in a text, as it would be written."""
        before, _, after = text.partition("|")
        uri = self.show(path, before + after)
        place = {"line": before.count("\n"), "character": len(before.rpartition("\n")[2])}
        found = self.ask("textDocument/completion", {"textDocument": {"uri": uri}, "position": place})
        items = found["items"] if isinstance(found, dict) else found or []
        return [item["label"].strip('"') for item in items]

    def hover(self, path: Path, text: str, word: str) -> str:
        """What is shown over the first place of a word."""
        uri = self.show(path, text)
        before = text[: text.index(word) + 1]
        place = {"line": before.count("\n"), "character": len(before.rpartition("\n")[2])}
        found = self.ask("textDocument/hover", {"textDocument": {"uri": uri}, "position": place})
        return found["contents"]["value"] if found else ""

    def complaints(self, path: Path, text: str) -> list[tuple[int, str]]:
        """The errors of a text: line, counted from 1, and message."""
        uri = self.show(path, text)
        while uri not in self.errors:
            self.note(self.receive())
        return [(one["range"]["start"]["line"] + 1, one["message"]) for one in self.errors[uri]]
