"""The system-call filter: a small program for classic BPF, assembled here, loaded on the candidate's side.

It closes what file rules and namespaces leave open: network sockets, looking into other processes, new namespaces,
mounts, kernel interfaces with a history of holes, and System V and POSIX queues, which outlive a candidate.
Call numbers are from the kernel's `asm/unistd.h` of each architecture.
"""

from __future__ import annotations

import errno
import platform
import struct
from dataclasses import dataclass

_LOAD, _JUMP_EQUAL, _JUMP_AT_LEAST, _JUMP_SET, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _ERRNO, _KILL = 0x7FFF0000, 0x00050000, 0x80000000
_NR, _ARCH, _ARGUMENT = 0, 4, 16  # offsets in struct seccomp_data
_NAMESPACES = 0x7E020000  # every CLONE_NEW* bit
_AF_UNIX = 1
_X32 = 0x40000000

# name -> (x86_64, aarch64); None: the architecture has no such call
_DENIED: dict[str, tuple[int | None, int | None]] = {
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271), "kcmp": (312, 272),
    "pidfd_getfd": (438, 438), "process_madvise": (440, 440), "process_mrelease": (448, 448),
    "unshare": (272, 97), "setns": (308, 268), "mount": (165, 40), "umount2": (166, 39), "pivot_root": (155, 41),
    "chroot": (161, 51), "open_tree": (428, 428), "move_mount": (429, 429), "fsopen": (430, 430),
    "fsconfig": (431, 431), "fsmount": (432, 432), "fspick": (433, 433), "mount_setattr": (442, 442),
    "open_by_handle_at": (304, 265),
    "bpf": (321, 280), "perf_event_open": (298, 241), "userfaultfd": (323, 282), "syslog": (103, 116),
    "io_uring_setup": (425, 425), "io_uring_enter": (426, 426), "io_uring_register": (427, 427),
    "add_key": (248, 217), "request_key": (249, 218), "keyctl": (250, 219),
    "shmget": (29, 194), "shmat": (30, 196), "shmctl": (31, 195), "semget": (64, 190), "msgget": (68, 186),
    "mq_open": (240, 180), "mq_unlink": (241, 181),
    "kexec_load": (246, 104), "kexec_file_load": (320, 294), "init_module": (175, 105), "finit_module": (313, 273),
    "delete_module": (176, 106), "reboot": (169, 142), "swapon": (167, 224), "swapoff": (168, 225), "acct": (163, 89),
    "quotactl": (179, 60), "settimeofday": (164, 170), "clock_settime": (227, 112), "clock_adjtime": (305, 266),
    "adjtimex": (159, 171), "sethostname": (170, 161), "setdomainname": (171, 162), "iopl": (172, None),
    "ioperm": (173, None), "setxattr": (188, 5), "lsetxattr": (189, 6), "fsetxattr": (190, 7), "removexattr": (197, 14),
    "lremovexattr": (198, 15), "fremovexattr": (199, 16),
}  # fmt: skip
# Landlock does not see changes of owner, mode and time. These do nothing and say that they did, because harmless
# scripts make them all the time (`shutil.copy`).
_PRETENDED: dict[str, tuple[int | None, int | None]] = {
    "chmod": (90, None), "fchmod": (91, 52), "fchmodat": (268, 53), "fchmodat2": (452, 452),
    "chown": (92, None), "fchown": (93, 55), "lchown": (94, None), "fchownat": (260, 54),
    "utime": (132, None), "utimes": (235, None), "utimensat": (280, 88), "futimesat": (261, None),
}  # fmt: skip


@dataclass(frozen=True)
class _Table:
    arch: int  # AUDIT_ARCH_*
    column: int
    socket: int
    clone: int
    clone3: int = 435


_TABLES = {
    "x86_64": _Table(arch=0xC000003E, column=0, socket=41, clone=56),
    "aarch64": _Table(arch=0xC00000B7, column=1, socket=198, clone=220),
}


def is_supported(machine: str | None = None) -> bool:
    return (machine or platform.machine()) in _TABLES


def seccomp_program(*, local_sockets: bool, keep_metadata: bool, machine: str | None = None) -> bytes:
    """The filter as an array of `struct sock_filter`.

    `local_sockets`: AF_UNIX sockets may be made (there must be a network namespace, and no foreign socket files in
    view). `keep_metadata`: modes, owners and times of files cannot be changed. Raises KeyError on an unknown machine.
    """
    table = _TABLES[machine or platform.machine()]
    code = [
        _step(_LOAD, _ARCH),
        _step(_JUMP_EQUAL, table.arch, 1, 0),
        _step(_RETURN, _KILL),
        _step(_LOAD, _NR),
    ]
    if table.column == 0:  # the x32 calls alias the others under other numbers
        code += [_step(_JUMP_AT_LEAST, _X32, 0, 1), _step(_RETURN, _ERRNO | errno.ENOSYS)]
    for numbers in _DENIED.values():
        code += _answer(numbers[table.column], errno.EPERM)
    if keep_metadata:
        for numbers in _PRETENDED.values():
            code += _answer(numbers[table.column], 0)
    code += _answer(
        table.clone3, errno.ENOSYS
    )  # its flags lie in memory, out of a filter's reach; libc falls back to clone
    code += [  # clone into a new namespace
        _step(_JUMP_EQUAL, table.clone, 0, 4),
        _step(_LOAD, _ARGUMENT),
        _step(_JUMP_SET, _NAMESPACES, 0, 1),
        _step(_RETURN, _ERRNO | errno.EPERM),
        _step(_RETURN, _ALLOW),
    ]
    code += [_step(_JUMP_EQUAL, table.socket, 0, 3), _step(_LOAD, _ARGUMENT)]
    code += [_step(_JUMP_EQUAL, _AF_UNIX if local_sockets else 0xFFFFFFFF, 1, 0), _step(_RETURN, _ERRNO | errno.EACCES)]
    code.append(_step(_RETURN, _ALLOW))
    return b"".join(code)


def _step(operation: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("=HBBI", operation, if_true, if_false, value)


def _answer(number: int | None, error: int) -> list[bytes]:
    return [] if number is None else [_step(_JUMP_EQUAL, number, 0, 1), _step(_RETURN, _ERRNO | error)]
