"""What can go wrong with a ledger's database, each said once, with what to do about it."""

from __future__ import annotations

import sqlite3

from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from payerrules.model.diagnostic import Diagnostic


class LedgerError(Exception):
    """The ledger cannot be read or written; `diagnostic` says why, and what to do. What was recorded before stays."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__(diagnostic.message)
        self.diagnostic = diagnostic


def unreachable(name: str, why: str) -> LedgerError:
    """There is no such database, or it does not answer."""
    hint = (
        "Name a file in a folder that is there, or a URL such as sqlite:///FILE or postgresql+psycopg://USER@HOST/NAME."
    )
    return LedgerError(Diagnostic("ledger-unreachable", f"the ledger {name} cannot be opened: {why}", None, hint))


def no_ledger(name: str, why: str) -> LedgerError:
    """The database is there, and is no ledger."""
    hint = "Name another file or database; a new one is made where there is none."
    return LedgerError(Diagnostic("ledger-not-one", f"{name} is no ledger: {why}", None, hint))


def locked(name: str) -> LedgerError:
    """Somebody else holds the database for longer than we wait."""
    hint = "Run the same command again when the other work is done: what was written out is recorded, and nothing of the rest."
    return LedgerError(Diagnostic("ledger-locked", f"the ledger {name} is locked by other work", None, hint))


def full(name: str) -> LedgerError:
    """There is no room for another claim."""
    hint = "Make room and run the same command again: what was written out is recorded, and nothing of the rest."
    return LedgerError(Diagnostic("ledger-full", f"there is no room left for the ledger {name}", None, hint))


def read_only(name: str) -> LedgerError:
    """The database may be read and not written."""
    hint = "Let the user that runs this write the file and its folder, or name another ledger."
    return LedgerError(Diagnostic("ledger-read-only", f"the ledger {name} may not be written", None, hint))


def newer(name: str, kept_by: str, here: str) -> LedgerError:
    """A later version of the engine keeps this ledger; an earlier one would miscount."""
    message = f"the ledger {name} is kept by payerrules {kept_by}, and this is {here}"
    hint = "Run the later version; a ledger never goes back to an earlier one."
    return LedgerError(Diagnostic("ledger-newer", message, None, hint))


def other_settings(name: str, key: str, fixed: str, asked: str) -> LedgerError:
    """A ledger was made with another setting than is asked for."""
    message = f"the ledger {name} was made with {key}={fixed}, and not with {asked}"
    hint = f"Leave {key} out; it is fixed when a ledger is made."
    return LedgerError(Diagnostic("ledger-settings", message, None, hint))


def wrong_setting(name: str, message: str) -> LedgerError:
    """The URL asks for something that cannot be."""
    hint = "Write ?records=as_corrected or as_submitted, ?complete_from=YEAR-MONTH-DAY, and of a SQLite file ?timeout=SECONDS."
    return LedgerError(Diagnostic("ledger-settings", f"the ledger {name}: {message}", None, hint))


RETRIED = ("40001", "40P01")
"""Two transactions of PostgreSQL stood in each other's way: either may simply be tried again."""


def sqlstate(error: BaseException | None) -> str:
    """The five characters by which PostgreSQL names an error; "" for an error of anything else."""
    return str(getattr(error, "sqlstate", None) or "")


def understood(error: Exception, name: str) -> LedgerError | None:
    """What an error of the database means for a person; None for one that is a fault of the engine."""
    if isinstance(error, ArgumentError | NoSuchModuleError):
        return unreachable(name, "this is no URL of a database that is supported")
    if isinstance(error, ModuleNotFoundError):
        return unreachable(name, f"the package {error.name} is missing: pip install 'payerrules[postgres]'")
    if not isinstance(error, DBAPIError):
        return None
    cause = error.orig
    if isinstance(cause, sqlite3.Error):
        return of_sqlite(cause, name)
    state = sqlstate(cause)
    if state.startswith("53") and state != "53300":
        return full(name)
    if state in ("55P03", "57014"):
        return locked(name)
    if state in ("25006", "42501"):
        return read_only(name)
    if state in ("", "53300", "57P01", "57P02", "57P03", "3D000") or state.startswith(("08", "28")):
        first = str(cause).strip().splitlines()
        return unreachable(name, first[0] if first else "the server does not answer")
    return None


def of_sqlite(cause: sqlite3.Error, name: str) -> LedgerError | None:
    """What an error of SQLite means."""
    code = getattr(cause, "sqlite_errorname", "")
    if code.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return locked(name)
    if code.startswith(("SQLITE_FULL", "SQLITE_IOERR")):
        return full(name) if code in ("SQLITE_FULL", "SQLITE_IOERR_WRITE") else unreachable(name, str(cause))
    if code.startswith("SQLITE_READONLY"):
        return read_only(name)
    if code.startswith(("SQLITE_NOTADB", "SQLITE_CORRUPT")):
        return no_ledger(name, "the file is no SQLite database, or it is damaged")
    return unreachable(name, str(cause)) if code.startswith("SQLITE_CANTOPEN") else None
