"""Sees to what the tests need beside Python: Chromium. `python -m tests.needs`.

On Debian, as root, it is installed; elsewhere a line says what to install. Under CI=true its
absence is a failure, else the browser tests are skipped.
"""

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome")


def chromium() -> str:
    """The path of the browser; empty where there is none."""
    return os.environ.get("CHROMIUM") or next((path for name in NAMES if (path := shutil.which(name))), "")


def main() -> int:
    if not chromium() and shutil.which("apt-get") and hasattr(os, "geteuid") and os.geteuid() == 0:
        print("installing chromium through apt", flush=True)
        subprocess.run(["apt-get", "update", "-qq"], check=False)
        install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium", "fonts-inter"]
        subprocess.run(install, check=False, env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"})
    if chromium():
        return 0
    print(
        "The browser tests need Chromium. Debian, Ubuntu: apt-get install chromium; Fedora: dnf install chromium; "
        "macOS: brew install chromium; or set CHROMIUM to the path of one.",
        file=sys.stderr,
    )
    return 1 if os.environ.get("CI") == "true" else 0


if __name__ == "__main__":
    sys.exit(main())
