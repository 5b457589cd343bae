"""The program that gives up every right that a media tool does not need, then becomes the tool.

It is started as `python -I -S sandbox_launcher.py ORDER` by `sandbox.py` and imports nothing but
the standard library, so that it starts within milliseconds. ORDER is a JSON object. With
`"argv": null` it confines itself, tries what is forbidden and prints which layers held.
"""

import ctypes
import json
import os
import resource
import signal
import struct
import sys
from collections.abc import Callable, Sequence
from typing import TypedDict

FIRST_PIPE = 3
EXIT_NOT_CONFINED = 125


class Order(TypedDict):
    """What to run and what it may touch."""

    argv: list[str] | None
    pipes: list[int]
    readable: list[str]
    devices: list[str]
    writable: str | None
    parent_pid: int
    cpu_seconds: int
    memory_bytes: int
    file_size_bytes: int
    open_files: int
    niceness: int


class Syscalls(TypedDict):
    """How one processor architecture names the calls that the filter speaks about."""

    audit_arch: int
    clone: int
    tgkill: int
    prlimit64: int
    forbidden: tuple[int, ...]


# Numbers that every architecture shares: new calls since Linux 5.1 have one number everywhere.
_SHARED_FORBIDDEN = (
    *(424, 434, 438),  # pidfd_send_signal, pidfd_open, pidfd_getfd
    *(425, 426, 427),  # io_uring: would do socket calls behind the filter's back
    *(428, 429, 430, 431, 432, 433, 442),  # the new mount calls
    *(435, 447),  # clone3 (glibc falls back to clone, whose flags a filter can see), memfd_secret
)
SYSCALLS: dict[str, Syscalls] = {
    "x86_64": {
        "audit_arch": 0xC000003E,
        "clone": 56,
        "tgkill": 234,
        "prlimit64": 302,
        "forbidden": (
            *(41, 53),  # socket, socketpair
            *(57, 58, 322, 112, 109),  # fork, vfork, execveat, setsid, setpgid
            *(62, 200, 129, 297),  # kill, tkill, rt_sigqueueinfo, rt_tgsigqueueinfo
            *(101, 310, 311, 312),  # ptrace, process_vm_readv, process_vm_writev, kcmp
            *(165, 166, 155, 161, 272, 308),  # mount, umount2, pivot_root, chroot, unshare, setns
            *(248, 249, 250),  # add_key, request_key, keyctl
            *(321, 298, 323, 319),  # bpf, perf_event_open, userfaultfd, memfd_create
            *(246, 320, 175, 313, 176, 169),  # kexec, modules, reboot
            *(167, 168, 163, 179, 103, 135),  # swap, acct, quotactl, syslog, personality
            *(164, 227, 159, 305, 170, 171),  # clocks, host name
            *(172, 173, 133, 259, 303, 304),  # iopl, ioperm, mknod, handles
            *(29, 64, 68, 240, 278),  # System V and POSIX queues and memory, vmsplice
        ),
    },
    "aarch64": {
        "audit_arch": 0xC00000B7,
        "clone": 220,
        "tgkill": 131,
        "prlimit64": 261,
        "forbidden": (
            *(198, 199),
            *(281, 157, 154),
            *(129, 130, 138, 240),
            *(117, 270, 271, 272),
            *(40, 39, 41, 51, 97, 268),
            *(217, 218, 219),
            *(280, 241, 282, 279),
            *(104, 294, 105, 273, 106, 142),
            *(224, 225, 89, 60, 116, 92),
            *(170, 112, 171, 266, 161, 162),
            *(33, 264, 265),
            *(194, 190, 186, 180, 75),
        ),
    },
}

_PR_SET_PDEATHSIG = 1
_PR_SET_SECCOMP = 22
_PR_CAPBSET_DROP = 24
_PR_SET_NO_NEW_PRIVS = 38
_SECCOMP_MODE_FILTER = 2
_CLONE_NEWUSER = 0x10000000
_CLONE_NEWNET = 0x40000000
_CLONE_THREAD = 0x00010000

_LOAD_WORD, _JUMP_EQUAL, _JUMP_BITS, _JUMP_AT_LEAST, _RETURN = 0x20, 0x15, 0x45, 0x35, 0x06
_ALLOW = 0x7FFF0000
_KILL = 0x80000000
_REFUSE = 0x00050000
_EPERM, _ENOSYS = 1, 38
_NUMBER_OFFSET, _ARCH_OFFSET, _FIRST_ARGUMENT_OFFSET = 0, 4, 16
_X32_CALLS = 0x40000000
_CLONE3 = 435

_LANDLOCK_CREATE, _LANDLOCK_ADD_RULE, _LANDLOCK_RESTRICT = 444, 445, 446
_READ_FILE, _READ_DIRECTORY, _EXECUTE, _WRITE_FILE = 1 << 2, 1 << 3, 1 << 0, 1 << 1
_TRUNCATE = 1 << 14
_DEVICE_IOCTL = 1 << 15
_FILE_RIGHTS = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _DEVICE_IOCTL
_OWN_FOLDER_RIGHTS = 0b111_1111_1111_1111 & ~(_EXECUTE | 1 << 6 | 1 << 9 | 1 << 11)
_RIGHTS_BY_ABI = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 4: (1 << 15) - 1}
_RIGHTS_SINCE_ABI_5 = (1 << 16) - 1
_NETWORK_SINCE_ABI, _SCOPES_SINCE_ABI = 4, 6
_SYSTEM_LIBRARIES = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/etc/ld.so.cache")
_DEVICES = ("/dev/null", "/dev/zero", "/dev/urandom")


def main() -> None:
    """Confine this process as the order says and become the tool."""
    order: Order = json.loads(sys.argv[1])
    argv = order["argv"]
    try:
        _arrange_pipes(order["pipes"])
        layers = confine(order, tool=argv[0] if argv else None)
        if argv is None:
            print(json.dumps(layers | _try_forbidden()))
            return
        os.execve(argv[0], argv, {})  # noqa: S606 - the tool must take this very process over
    except OSError as error:
        print(f"sandbox: {error}", file=sys.stderr)
        sys.exit(EXIT_NOT_CONFINED)


def confine(order: Order, tool: str | None) -> dict[str, bool | int]:
    """Give up rights for good; say which layers this machine has."""
    os.nice(order["niceness"])
    _volunteer_for_the_out_of_memory_killer()
    layers: dict[str, bool | int] = {"network_namespace": False, "landlock_abi": 0}
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        layers["network_namespace"] = libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET) == 0
        for capability in range(64):
            libc.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0)
        # After unshare, which clears it.
        _prctl(libc, _PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != order["parent_pid"]:
            sys.exit(EXIT_NOT_CONFINED)
        _prctl(libc, _PR_SET_NO_NEW_PRIVS, 1)
        layers["landlock_abi"] = _restrict_files(libc, order, tool)
    _limit_resources(order)
    layers["seccomp"] = sys.platform == "linux" and _filter_syscalls()
    return layers


def _arrange_pipes(pipes: Sequence[int]) -> None:
    """Give the pipes the numbers that the tool was told: 3, 4, 5 and so on."""
    above_all = max((*pipes, FIRST_PIPE + len(pipes))) + 1
    for index, pipe in enumerate(pipes):
        os.dup2(pipe, above_all + index)
    for index in range(len(pipes)):
        os.dup2(above_all + index, FIRST_PIPE + index, inheritable=True)
    os.closerange(FIRST_PIPE + len(pipes), above_all + len(pipes))


def _volunteer_for_the_out_of_memory_killer() -> None:
    try:
        with open("/proc/self/oom_score_adj", "w", encoding="ascii") as score:  # noqa: PTH123
            score.write("1000")
    except OSError:
        return


def _prctl(libc: ctypes.CDLL, option: int, value: int) -> None:
    if libc.prctl(option, value, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), f"prctl({option}) was refused")


def _limit_resources(order: Order) -> None:
    cpu_seconds, memory_bytes = order["cpu_seconds"], order["memory_bytes"]
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_CPU, cpu_seconds, cpu_seconds + 2)
    _limit(resource.RLIMIT_FSIZE, order["file_size_bytes"])
    _limit(resource.RLIMIT_NOFILE, order["open_files"])
    _limit(resource.RLIMIT_DATA, memory_bytes)
    # Allocators reserve far more addresses than they use; this only bounds shared mappings.
    _limit(resource.RLIMIT_AS, 4 * memory_bytes)


def _limit(kind: int, soft: int, hard: int | None = None) -> None:
    _, ceiling = resource.getrlimit(kind)
    wanted = (soft, soft if hard is None else hard)
    if ceiling != resource.RLIM_INFINITY:
        wanted = (min(wanted[0], ceiling), min(wanted[1], ceiling))
    resource.setrlimit(kind, wanted)


def _restrict_files(libc: ctypes.CDLL, order: Order, tool: str | None) -> int:
    """Hide every file but the named ones; return the Landlock version, 0 where there is none."""
    abi = max(0, libc.syscall(_LANDLOCK_CREATE, None, ctypes.c_size_t(0), 1))
    if abi == 0:
        return 0
    rights = _RIGHTS_BY_ABI.get(abi, _RIGHTS_SINCE_ABI_5)
    fields = [rights]
    if abi >= _NETWORK_SINCE_ABI:
        fields.append(0b11)
    if abi >= _SCOPES_SINCE_ABI:
        fields.append(0b11)
    attributes = struct.pack(f"={len(fields)}Q", *fields)
    ruleset = libc.syscall(_LANDLOCK_CREATE, attributes, ctypes.c_size_t(len(attributes)), 0)
    if ruleset < 0:
        raise OSError(ctypes.get_errno(), "Landlock made no ruleset")
    for path, wanted in _allowed_paths(order, tool):
        _allow_path(libc, ruleset, path, wanted & rights)
    if libc.syscall(_LANDLOCK_RESTRICT, ruleset, 0) != 0:
        raise OSError(ctypes.get_errno(), "Landlock did not restrict the process")
    os.close(ruleset)
    return abi


def _allowed_paths(order: Order, tool: str | None) -> list[tuple[str, int]]:
    libraries = [path for path in _SYSTEM_LIBRARIES if os.path.exists(path)]  # noqa: PTH110
    devices = [path for path in _DEVICES if os.path.exists(path)]  # noqa: PTH110
    devices += order["devices"]
    return [
        *((path, _READ_FILE | _READ_DIRECTORY | _EXECUTE) for path in libraries),
        *((path, _READ_FILE | _WRITE_FILE | _DEVICE_IOCTL) for path in devices),
        *((path, _READ_FILE | _READ_DIRECTORY) for path in order["readable"]),
        *([(tool, _READ_FILE | _EXECUTE)] if tool else []),
        *([(order["writable"], _OWN_FOLDER_RIGHTS)] if order["writable"] else []),
    ]


def _allow_path(libc: ctypes.CDLL, ruleset: int, path: str, rights: int) -> None:
    opened = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        is_folder = os.path.isdir(path)  # noqa: PTH112
        allowed = rights if is_folder else rights & _FILE_RIGHTS
        rule = struct.pack("=Qi", allowed, opened)
        if libc.syscall(_LANDLOCK_ADD_RULE, ruleset, 1, rule, 0) != 0:
            raise OSError(ctypes.get_errno(), f"Landlock refused the rule for {path}")
    finally:
        os.close(opened)


def _filter_syscalls() -> bool:
    """Install the system call filter; return whether this machine can have one."""
    syscalls = SYSCALLS.get(os.uname().machine)
    if syscalls is None:
        return False
    program = assemble_filter(syscalls, os.getpid())
    instructions = ctypes.create_string_buffer(program, len(program))
    header = struct.pack("@HP", len(program) // 8, ctypes.addressof(instructions))
    libc = ctypes.CDLL(None, use_errno=True)
    return libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, header, 0, 0) == 0


def assemble_filter(syscalls: Syscalls, own_pid: int) -> bytes:
    """Write the BPF program: threads but no processes, no sockets, no reach into others."""
    number = _operation(_LOAD_WORD, _NUMBER_OFFSET)
    refuse = _operation(_RETURN, _REFUSE | _EPERM)
    allow = _operation(_RETURN, _ALLOW)
    argument = _operation(_LOAD_WORD, _FIRST_ARGUMENT_OFFSET)
    program = [
        _operation(_LOAD_WORD, _ARCH_OFFSET),
        _operation(_JUMP_EQUAL, syscalls["audit_arch"], if_true=1),
        _operation(_RETURN, _KILL),
        number,
        _operation(_JUMP_AT_LEAST, _X32_CALLS, if_false=1),
        _operation(_RETURN, _KILL),
        # glibc takes ENOSYS for an old kernel and falls back to clone.
        _operation(_JUMP_EQUAL, _CLONE3, if_false=1),
        _operation(_RETURN, _REFUSE | _ENOSYS),
        _operation(_JUMP_EQUAL, syscalls["clone"], if_false=4),
        argument,
        _operation(_JUMP_BITS, _CLONE_THREAD, if_false=1),
        allow,
        refuse,
        _operation(_JUMP_EQUAL, syscalls["tgkill"], if_false=4),
        argument,
        _operation(_JUMP_EQUAL, own_pid, if_false=1),
        allow,
        refuse,
        _operation(_JUMP_EQUAL, syscalls["prlimit64"], if_false=5),
        argument,
        _operation(_JUMP_EQUAL, 0, if_true=1),
        _operation(_JUMP_EQUAL, own_pid, if_false=1),
        allow,
        refuse,
    ]
    forbidden = sorted({*syscalls["forbidden"], *_SHARED_FORBIDDEN} - {_CLONE3})
    for index, call in enumerate(forbidden):
        program.append(_operation(_JUMP_EQUAL, call, if_true=len(forbidden) - index))
    return b"".join([*program, allow, refuse])


def _operation(code: int, value: int, *, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("=HBBI", code, if_true, if_false, value)


def _try_forbidden() -> dict[str, bool]:
    """Do what a confined tool must not be able to do and say what was refused."""
    return {
        "refuses_sockets": not _succeeds(_open_socket),
        "refuses_processes": not _succeeds(_fork),
        "refuses_files": not _succeeds(lambda: os.close(os.open("/etc/passwd", os.O_RDONLY))),
    }


def _open_socket() -> None:
    if ctypes.CDLL(None).socket(2, 1, 0) < 0:
        raise PermissionError


def _fork() -> None:
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)


def _succeeds(attempt: Callable[[], None]) -> bool:
    try:
        attempt()
    except OSError:
        return False
    return True


if __name__ == "__main__":
    main()
