"""So that `python -m payerrules` is the command `payerrules`."""

from payerrules.cli.main import run

if __name__ == "__main__":
    run()
