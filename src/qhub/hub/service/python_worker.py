"""Runs executions of a Python service. The official runtime (qhub-commons) is imported once; each execution is a fork of
this process in namespaces of its own, so that it starts in milliseconds and sees nothing of the others.

Descriptor 4 is a socket to the hub. A message carries four descriptors: standard output, standard error, a socket that
belongs to this execution alone, and a file with the request: {directory, temporary_bytes, environment, limits}. On that
socket the hub gets a pidfd of the execution's first process, says "go", and gets the exit code at the end. Without "go"
nothing is run: a hub that has given up waiting may start the execution elsewhere.
"""

import array
import atexit
import ctypes
import gc
import json
import os
import resource
import signal
import socket
import sys
import traceback

from qhub.commons.logging import init_logging
from qhub.commons.runtime.main import main

CLONE_NEWNS, CLONE_NEWIPC, CLONE_NEWUSER, CLONE_NEWPID = 0x00020000, 0x08000000, 0x10000000, 0x20000000
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_REMOUNT, MS_BIND = 1, 2, 4, 8, 32, 4096
PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS = 24, 38
CAPABILITY_VERSION_3, LAST_CAPABILITY = 0x20080522, 63
EXECUTIONS = "/var/runtime/executions"

libc = ctypes.CDLL(None, use_errno=True)


def check(result, what):
    if result != 0:
        raise OSError(ctypes.get_errno(), what)


def mount(source, target, kind, flags, options=None):
    arguments = [text.encode() if text is not None else None for text in (source, target, kind)]
    check(libc.mount(*arguments, ctypes.c_ulong(flags), options.encode() if options else None), f"mount {target}")


def write(path, text):
    with open(path, "w") as file:
        file.write(text)


def enter_namespaces():
    user, group = os.getuid(), os.getgid()
    check(libc.unshare(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWPID), "unshare")
    write("/proc/self/setgroups", "deny")
    write("/proc/self/uid_map", f"{user} {user} 1")
    write("/proc/self/gid_map", f"{group} {group} 1")


def change_view(request):
    directory = f"{EXECUTIONS}/{request['directory']}"
    mount(f"{directory}/input", "/var/runtime/input", None, MS_BIND)
    mount(None, "/var/runtime/input", None, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV)
    mount(f"{directory}/output", "/var/runtime/output", None, MS_BIND)
    mount("none", EXECUTIONS, "tmpfs", MS_RDONLY | MS_NOSUID | MS_NODEV, "size=4k,mode=0555")
    for path in ("/tmp", "/dev/shm"):
        mount("none", path, "tmpfs", MS_NOSUID | MS_NODEV,
              f"mode=1777,nr_inodes=65536,size={request['temporary_bytes']}")
    if os.path.exists("/proc/self"):
        mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC)


def drop_privileges():
    for capability in range(LAST_CAPABILITY + 1):
        libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)
    check(libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs")
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
    check(libc.capset(header, (ctypes.c_uint32 * 6)()), "capset")


def run_service(request):
    """In the execution's own process: what `python -c 'init_logging(); sys.exit(main())'` would do."""
    os.setsid()
    for name, value in request["limits"].items():
        limit = getattr(resource, name)
        hard = resource.getrlimit(limit)[1]
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(limit, (value, value))
    os.environ.clear()
    os.environ.update(request["environment"])
    os.chdir("/opt/service")
    sys.path[:0] = request["environment"]["PYTHONPATH"].split(":")
    sys.argv = [""]
    try:
        init_logging()
        code = main()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
        if code == 1 and isinstance(end.code, str):
            print(end.code, file=sys.stderr)
    except BaseException:
        traceback.print_exc()
        code = 1
    try:
        atexit._run_exitfuncs()
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(code & 0xFF)


def end_all(*_):
    try:
        os.kill(-1, signal.SIGTERM)
    except ProcessLookupError:
        pass  # the last one has just ended


def first_process(request, channel):
    """Process 1 of the execution: when it ends, the kernel ends everything the execution has started."""
    pid = os.pidfd_open(os.getpid())
    channel.sendmsg([b"started"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [pid]))])
    os.close(pid)
    # Whoever is to end before there is something to end does so afterwards.
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
    signal.signal(signal.SIGTERM, end_all)
    change_view(request)
    drop_privileges()
    if channel.recv(16) != b"go":
        os._exit(0)
    service = os.fork()
    if service == 0:
        channel.close()
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGTERM])
        run_service(request)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGTERM])
    while True:
        ended, status = os.waitpid(-1, 0)
        if ended == service:
            code = os.waitstatus_to_exitcode(status)
            channel.send(str(code if code >= 0 else 128 - code).encode())
            os._exit(0)


def execution(descriptors):
    """In a fork: becomes the execution."""
    output, errors, channel, request_file = descriptors
    channel = socket.socket(fileno=channel)
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        with os.fdopen(request_file, "rb") as file:
            request = json.loads(file.read())
        os.dup2(output, 1)
        os.dup2(errors, 2)
        os.close(output)
        os.close(errors)
        enter_namespaces()
        if os.fork() == 0:
            first_process(request, channel)
        os._exit(0)
    except BaseException as error:
        channel.send(f"cannot start: {error}".encode())
        os._exit(125)


def serve():
    control = socket.socket(fileno=4)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the forks: the hub has their pidfds
    gc.collect()
    gc.freeze()
    control.send(b"ready")
    while True:
        message, descriptors, _, _ = socket.recv_fds(control, 16, 4)
        if not message:
            return
        if os.fork() == 0:
            control.close()
            execution(descriptors)
        for descriptor in descriptors:
            os.close(descriptor)


serve()
