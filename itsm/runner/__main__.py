"""`python -m itsm.runner run | test | check | bench`: the commands behind the Makefile."""

import os
import sys

from itsm.runner.config import Problem
from itsm.runner.console import Console
from itsm.runner.kernel import end_with_parent

USAGE = "Usage: python -m itsm.runner run | test [pytest arguments] | check | bench"


def main(arguments: list[str]) -> int:
    if arguments and arguments[0] == "--with-parent":
        end_with_parent()
        arguments = arguments[1:]
    match arguments:
        case ["run"]:
            from itsm.runner.foreground import run

            return run()
        case ["supervise", leash, run_id]:
            from itsm.runner.run import supervise

            return supervise(int(leash), run_id)
        case ["test", *rest]:
            from itsm.runner.throwaway import test

            return test([word for word in rest if word != "--"])
        case ["bench", *rest]:
            from itsm.runner.throwaway import bench

            return bench(rest)
        case ["check"]:
            from itsm.runner.check import check

            return check()
    raise Problem(USAGE)


def guarded(arguments: list[str]) -> int:
    """Run, and turn whatever goes wrong into one sentence."""
    try:
        return main(arguments)
    except Problem as problem:
        Console().fail(str(problem))
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        if os.environ.get("LOG_LEVEL") == "DEBUG":
            raise
        Console().fail(f"Something unforeseen: {type(error).__name__}: {error} (LOG_LEVEL=DEBUG shows where).")
    return 1


if __name__ == "__main__":
    sys.exit(guarded(sys.argv[1:]))
