"""How strongly this machine can isolate untrusted programs: what the kernel and its owner allow."""

from __future__ import annotations

import ctypes
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from plaudit.cli.checks import Check, Status, run
from plaudit.cli.console import printable

_CLONE_NEWUSER = 0x10000000
_LANDLOCK_CREATE_RULESET = 444  # the same number on every architecture
_LANDLOCK_VERSION = 1
_CGROUPS = Path("/sys/fs/cgroup")


def isolation_checks() -> Iterator[Check]:
    """Every check; one line where the system is not Linux."""
    if not sys.platform.startswith("linux"):
        remedy = "run code graders in a Linux container"
        yield Check("isolation", Status.MISSING, f"none on {sys.platform}", remedy)
        return
    yield _user_namespaces()
    yield _seccomp()
    yield _landlock()
    yield _cgroups()
    yield _bubblewrap()


def _user_namespaces() -> Check:
    # In a process of its own: one that has left its namespace cannot come back.
    code = f"import ctypes, sys; sys.exit(ctypes.CDLL(None).unshare({_CLONE_NEWUSER}) != 0)"
    if run((sys.executable, "-I", "-c", code))[0] == 0:
        return Check("user namespaces", Status.OK, "a process may make one")
    remedy = "sysctl user.max_user_namespaces=15000 and, on Ubuntu, "
    remedy += "kernel.apparmor_restrict_unprivileged_userns=0; containers need --cap-add SYS_ADMIN"
    return Check("user namespaces", Status.MISSING, "not allowed", remedy)


def _seccomp() -> Check:
    actions = Path("/proc/sys/kernel/seccomp/actions_avail")
    if not actions.exists():
        remedy = "use a kernel with CONFIG_SECCOMP_FILTER"
        return Check("seccomp", Status.MISSING, "no filters", remedy)
    notify = "with" if "user_notif" in actions.read_text().split() else "without"
    return Check("seccomp", Status.OK, f"filters, {notify} user notification")


def _landlock() -> Check:
    libc = ctypes.CDLL(None, use_errno=True)
    abi = libc.syscall(
        ctypes.c_long(_LANDLOCK_CREATE_RULESET), None, ctypes.c_size_t(0), _LANDLOCK_VERSION
    )
    if abi > 0:
        return Check("landlock", Status.OK, f"ABI {abi}")
    remedy = "use Linux 5.13 or newer with landlock in the boot parameter lsm="
    return Check("landlock", Status.MISSING, os.strerror(ctypes.get_errno()).lower(), remedy)


def _cgroups() -> Check:
    if not (_CGROUPS / "cgroup.controllers").exists():
        remedy = "boot with systemd.unified_cgroup_hierarchy=1; limits per process serve meanwhile"
        return Check("cgroups", Status.MISSING, "no version 2 hierarchy", remedy)
    own = Path("/proc/self/cgroup").read_text().rpartition("0::/")[2].strip()
    folder = _CGROUPS / own
    if os.access(folder, os.W_OK):
        return Check("cgroups", Status.OK, f"{folder} can be written")
    remedy = "systemd-run --user --scope -p Delegate=yes plaudit ..."
    return Check("cgroups", Status.WARN, "version 2, but not ours to write", remedy)


def _bubblewrap() -> Check:
    path = shutil.which("bwrap")
    if path is None:
        return Check("bubblewrap", Status.MISSING, "not installed", "install bubblewrap (bwrap)")
    code, text = run((path, "--ro-bind", "/", "/", "--unshare-all", "true"))
    if code == 0:
        return Check("bubblewrap", Status.OK, path)
    detail = f"{path} does not work: {printable(text[-80:])}"
    return Check("bubblewrap", Status.WARN, detail, "see user namespaces")
