"""`python -m agent`: the commands of agent/cli.py."""

import sys


def main() -> int:
    try:
        from agent.cli import app  # here, because a Ctrl-C may come while it is imported

        app()
    except KeyboardInterrupt:
        pass
    return 130


if __name__ == "__main__":
    sys.exit(main())
