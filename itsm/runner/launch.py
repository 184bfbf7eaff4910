"""Becomes another program, after two promises to the kernel: end when the parent ends, and not to run as root.

Called as `python -I -S launch.py PARENT SIGNAL USER program …`. A program of its own, because the supervisor
has threads, and Python code between fork and exec is not safe in a process that has threads.
"""

import ctypes
import os
import sys
from pathlib import Path

PR_SET_PDEATHSIG = 1
CLONE_NEWUSER = 0x10000000
NOBODY = 65534


def enter_user_namespace(libc: ctypes.CDLL) -> None:
    """Be `nobody` in a namespace of our own; outside, files and signals still belong to the caller."""
    uid, gid = os.geteuid(), os.getegid()
    if libc.unshare(CLONE_NEWUSER) != 0:
        raise OSError(ctypes.get_errno(), "user namespaces are off")
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{NOBODY} {uid} 1")
    Path("/proc/self/gid_map").write_text(f"{NOBODY} {gid} 1")


def become(user: str, libc: ctypes.CDLL) -> None:
    """`same` stays who we are, `namespace` enters a user namespace, `nobody` gives root up for good."""
    if user == "namespace":
        enter_user_namespace(libc)
    elif user == "nobody":
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)


def end_with_parent(parent: int, signal_number: int, libc: ctypes.CDLL) -> None:
    """Ask the kernel for a signal when the parent dies; leave at once if it already has."""
    libc.prctl(PR_SET_PDEATHSIG, signal_number)
    if os.getppid() != parent:
        sys.exit(1)


def main() -> None:
    parent, signal_number, user, *program = sys.argv[1:]
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        become(user, libc)  # first: a change of user clears the promise to end with the parent
        end_with_parent(int(parent), int(signal_number), libc)
    os.execvp(program[0], program)


if __name__ == "__main__":
    try:
        main()
    except OSError as error:
        sys.exit(f"{sys.argv[4]}: {error.strerror or error}")
