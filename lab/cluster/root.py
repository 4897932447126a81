"""Programs that need root call themselves again with sudo."""

import os
import shutil

from . import settings
from .errors import LabError


def become(program, arguments, why, say):
    """Runs the program again through sudo where we are not root; the cache stays the caller's."""
    if os.geteuid() == 0:
        return
    if not shutil.which("sudo"):
        raise LabError(f"{why} need root, and there is no sudo: run it as root")
    say(f"{why} need root: running again with sudo")
    cache = f"XDG_CACHE_HOME={settings.cache_folder().parent.parent}"
    os.execvp("sudo", ["sudo", "env", cache, str(program), *arguments])
