"""Sees to what the tests need beside Python: Chromium and nginx. `python -m tests.needs`.

On Debian, as root, they are installed; elsewhere a line says what to install. Under CI=true their
absence is a failure, else the tests with a browser, or behind nginx, are skipped.
"""

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome")


def chromium() -> str:
    """The path of the browser; empty where there is none."""
    return os.environ.get("CHROMIUM") or next((path for name in NAMES if (path := shutil.which(name))), "")


def nginx() -> str:
    """The path of nginx; empty where there is none. Debian keeps it where only root looks."""
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin") or ""


def main() -> int:
    missing = [] if chromium() else ["chromium", "fonts-inter"]
    missing += [] if nginx() else ["nginx-light"]
    if missing and shutil.which("apt-get") and hasattr(os, "geteuid") and os.geteuid() == 0:
        print(f"installing {' '.join(missing)} through apt", flush=True)
        subprocess.run(["apt-get", "update", "-qq"], check=False)
        install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *missing]
        subprocess.run(install, check=False, env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"})
    if not chromium():
        print(
            "The browser tests need Chromium. Debian, Ubuntu: apt-get install chromium; Fedora: dnf install chromium; "
            "macOS: brew install chromium; or set CHROMIUM to the path of one.",
            file=sys.stderr,
        )
    if not nginx():
        print("The tests behind a proxy need nginx: apt-get, dnf or brew install nginx.", file=sys.stderr)
    return 1 if os.environ.get("CI") == "true" and not (chromium() and nginx()) else 0


if __name__ == "__main__":
    sys.exit(main())
