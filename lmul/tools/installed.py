"""What is installed of what commands need; what is missing, said in one line with its cure.

The base is what generates Verilog and what the golden model needs; the rest belongs to extras.
The project is on no package index, so that an extra is installed from where lmul came from.
"""

import json
import shlex
import shutil
import sys
from importlib import metadata, util
from urllib.parse import unquote, urlsplit

from lmul.tools.errors import ToolNotFound

__all__ = ["install_command", "need_programs", "package_version"]

_PACKAGES = {
    "ar": "binutils",
    "c++": "g++",
    "xargs": "findutils",
}  # Debian's, where the program's name is another


def package_version(package: str, extra: str) -> str:
    """The version of an installed package of one of our extras.

    Raises
    ------
    ToolNotFound
        When it is not installed, with the command that installs it.
    """
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        raise ToolNotFound(f"{package} is not installed: {install_command(extra)}") from None


def need_programs(user: str, *programs: str) -> None:
    """Check that programs are on PATH.

    Raises
    ------
    ToolNotFound
        When one is missing: ``user`` says whose need it is.
    """
    missing = [program for program in programs if shutil.which(program) is None]
    if missing:
        named = " and ".join(map(repr, missing))
        packages = " ".join(_PACKAGES.get(program, program) for program in missing)
        what = "which is" if len(missing) == 1 else "which are"
        raise ToolNotFound(
            f"{user} needs {named}, {what} not on PATH (Debian: apt-get install {packages})"
        )


def install_command(extra: str) -> str:
    """The shell command that adds an extra to this installation."""
    if util.find_spec("pip") is not None:
        install = [sys.executable, "-m", "pip", "install"]
    else:  # uv makes environments without pip
        install = ["uv", "pip", "install", "--python", sys.executable]
    return shlex.join([*install, *_requirement(extra)])


def _requirement(extra: str) -> list[str]:
    """Where this installation came from, as its installer noted it (PEP 610)."""
    noted = metadata.distribution("lmul").read_text("direct_url.json")
    if not noted:
        return [f"lmul[{extra}]"]
    origin = json.loads(noted)
    url: str = origin["url"]
    if version_control := origin.get("vcs_info"):
        return [f"lmul[{extra}] @ {version_control['vcs']}+{url}@{version_control['commit_id']}"]
    if (folder := origin.get("dir_info")) is None:
        return [f"lmul[{extra}] @ {url}"]
    path = f"{unquote(urlsplit(url).path)}[{extra}]"
    return ["-e", path] if folder.get("editable") else [path]
