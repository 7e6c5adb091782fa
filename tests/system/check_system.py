#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The package in a real systemd: builds it, installs it in a Debian 12, boots that, runs inside.py.

    make check-system       as root, from a build folder; needs mmdebstrap, systemd-container,
                            debhelper and, where base.tar is not there yet, a Debian mirror

The network is ours, so inside.py reaches the simulator that is started here on 127.0.0.1. What is
made stays in system/ of the build folder: base.tar and the package of the commit before are used
again the next time. SAGEWATCH_SYSTEM_ROOT_KEEP=1 keeps the root that was booted.
"""

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

BUILD = Path(os.environ["SAGEWATCH_BUILD"])
TOP = Path(os.environ["srcdir_top"])
WORK = BUILD / "system"
MAKE = os.environ.get("MAKE", "make")
BOOT_SECONDS = 300

# Of the tests, and the package's own dependencies, so that those are fetched once only.
BASE_PACKAGES = """systemd systemd-sysv dbus rsyslog python3-minimal libpython3-stdlib procps
    ca-certificates libconfuse2 libcurl4 libevent-core-2.1-7 libevent-extra-2.1-7 libjson-c5
    libsqlite3-0 libssl3""".split()

sys.path.insert(0, str(TOP / "tests" / "integration"))
from simulator import Simulator  # noqa: E402 (found by the line above)


class CannotRun(Exception):
    """The machine lacks something, or a step before the checks failed."""


def say(text):
    print(f"check-system: {text}", flush=True)


def run(*command, log, cwd=None, **variables):
    """Runs a step; what it prints goes to a file that is named where it fails."""
    environment = {name: value for name, value in os.environ.items()
                   if name not in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS", "DESTDIR")}
    environment.update(variables)
    with open(WORK / log, "ab") as output:
        done = subprocess.run([str(word) for word in command], cwd=cwd, stdin=subprocess.DEVNULL,
                              stdout=output, stderr=subprocess.STDOUT, env=environment)
    if done.returncode != 0:
        raise CannotRun(f"{command[0]} ended with {done.returncode}: see {WORK / log}")


def require(*tools):
    if os.geteuid() != 0:
        raise CannotRun("it takes root")
    missing = [tool for tool in tools if shutil.which(tool) is None]
    if missing:
        raise CannotRun(f"not installed: {' '.join(missing)}")


def base_root():
    """A tarball of a minimal Debian 12; made again only where the list of packages changes."""
    key = hashlib.sha256(" ".join(BASE_PACKAGES).encode()).hexdigest()[:12]
    tarball = WORK / f"base-{key}.tar"
    if not tarball.exists():
        say("making a Debian 12 root")
        fresh = tarball.with_suffix(f".{os.getpid()}.tar")
        run("mmdebstrap", "--variant=minbase", f"--include={','.join(BASE_PACKAGES)}", "bookworm",
            fresh, log="base.log")
        fresh.rename(tarball)
    return tarball


def make_deb(build, version, log):
    """Builds the package from a configured folder; the unit tests are make check's."""
    run(MAKE, "-C", build, "deb", f"DEB_VERSION={version}", log=log,
        DEB_BUILD_OPTIONS="nocheck noautodbgsym")
    return next((build / "deb").glob("sagewatch_*.deb"))


def lintian(deb):
    """Whether lintian finds no error; it is skipped, and says so, where it is not installed."""
    if shutil.which("lintian") is None:
        print("skipped: lintian finds no error in the package: it is not installed")
        return True
    done = subprocess.run(["lintian", "--allow-root", "--fail-on=error", str(deb)],
                          capture_output=True, text=True)
    reason = "" if done.returncode == 0 else f": {done.stdout}{done.stderr}"
    print(f"{'FAIL' if reason else 'ok'}: lintian finds no error in the package{reason}",
          flush=True)
    return not reason


def git(*words):
    done = subprocess.run(["git", "-c", f"safe.directory={TOP}", "-C", str(TOP), *words],
                          capture_output=True)
    return done.stdout if done.returncode == 0 else b""


def commit_before():
    """The commit before what is in the tree, where it could make a package already; or None."""
    changed = git("status", "--porcelain", "--untracked-files=no").strip()
    name = git("rev-parse", "HEAD" if changed else "HEAD~1").decode().strip()
    return name if name and git("ls-tree", name, "contrib/debian/") else None


def build_commit(commit):
    """The package of another commit, from its own sources."""
    folder = WORK / f"tree-{commit[:12]}"
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "build").mkdir(parents=True)
    archive = folder / "tree.tar"
    archive.write_bytes(git("archive", "--format=tar", commit))
    run("tar", "-C", folder, "-xf", archive, log="before.log")
    run("autoreconf", "-fi", cwd=folder, log="before.log")
    run("../configure", "-q", cwd=folder / "build", log="before.log")
    return make_deb(folder / "build", f"0.0.1~git{commit[:12]}", "before.log"), folder


def package_before(today):
    """What is upgraded from; its version is lower in any case."""
    commit = commit_before()
    if commit is None:
        say("no commit before this one makes a package: upgrading from the same, called 0.0.1")
        folder = WORK / "same"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        run("dpkg-deb", "-R", today, folder / "tree", log="before.log")
        control = folder / "tree" / "DEBIAN" / "control"
        lines = control.read_text().splitlines(keepends=True)
        control.write_text("".join("Version: 0.0.1~same\n" if line.startswith("Version:") else line
                                   for line in lines))
        run("dpkg-deb", "-b", folder / "tree", folder / "before.deb", log="before.log")
        return folder / "before.deb"
    kept = WORK / f"before-{commit[:12]}.deb"
    if not kept.exists():
        for old in WORK.glob("before-*.deb"):
            old.unlink()
        say(f"building the package of {commit[:12]}, to upgrade from")
        made, folder = build_commit(commit)
        shutil.copy(made, kept)
        shutil.rmtree(folder)
    return kept


UNIT = """[Unit]
Description=Checks of sagewatch
After=multi-user.target rsyslog.service
[Service]
ExecStart=/usr/bin/python3 /tests/system/inside.py
ExecStopPost=/bin/systemctl poweroff
StandardOutput=file:/out/verdict
StandardError=inherit
Environment=PYTHONDONTWRITEBYTECODE=1
"""


def prepare_root(root, base, deb):
    """The package is installed by apt; our unit runs once the rest has started."""
    root.mkdir()
    run("tar", "-C", root, "-xf", base, log="root.log")
    shutil.copy(deb, root / "sagewatch.deb")
    run("systemd-nspawn", "-q", "-D", root, "--register=no", "--keep-unit", "--console=pipe",
        f"--machine={machine_name()}-apt", "apt-get", "-q", "-y", "install",
        "--no-install-recommends", "/sagewatch.deb", log="root.log",
        DEBIAN_FRONTEND="noninteractive")
    units = root / "etc" / "systemd" / "system"
    (units / "sagewatch-checks.service").write_text(UNIT)
    # Not from multi-user.target, which would wait for it.
    (units / "sagewatch-checks.timer").write_text("[Timer]\nOnBootSec=1\nAccuracySec=1ms\n")
    wants = units / "timers.target.wants"
    wants.mkdir(exist_ok=True)
    (wants / "sagewatch-checks.timer").symlink_to("../sagewatch-checks.timer")


def machine_name():
    return f"sagewatch-check-{os.getpid()}"


def boot(root, out):
    """Boots the root and shows the verdict as it grows; True where it powered itself off."""
    command = ["systemd-nspawn", "-q", "-D", str(root), "--boot", "--register=no", "--keep-unit",
               "--console=read-only", f"--machine={machine_name()}", f"--bind={out}:/out",
               f"--bind-ro={TOP / 'tests'}:/tests"]
    with open(WORK / "console.log", "wb") as console:
        machine = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=console,
                                   stderr=subprocess.STDOUT, start_new_session=True)
    verdict = out / "verdict"
    end = time.monotonic() + BOOT_SECONDS
    shown = 0
    try:
        while True:
            over = machine.poll() is not None
            text = verdict.read_text(errors="replace") if verdict.exists() else ""
            print(text[shown:], end="", flush=True)
            shown = len(text)
            if over:
                return machine.returncode == 0
            if time.monotonic() > end:
                say(f"not done in {BOOT_SECONDS} s: see {WORK / 'console.log'}")
                return False
            time.sleep(0.2)
    finally:
        stop(machine)


def stop(machine):
    """Ends our nspawn, which takes all of its processes along."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        if machine.poll() is not None:
            return
        machine.send_signal(number)
        try:
            machine.wait(20)
        except subprocess.TimeoutExpired:
            pass


def passed(out):
    """What inside.py counted; a run that was cut short has no count and has failed."""
    counts = out / "counts.json"
    return counts.exists() and json.loads(counts.read_text())["failed"] == 0


def main():
    started = time.monotonic()
    require("mmdebstrap", "systemd-nspawn", "dpkg-buildpackage", "dh")
    WORK.mkdir(exist_ok=True)
    for log in WORK.glob("*.log"):
        log.unlink()
    place = WORK / machine_name()
    root, out = place / "root", place / "out"
    out.mkdir(parents=True)
    try:
        base = base_root()
        say("building the package")
        today = make_deb(BUILD, "", "deb.log")
        sound = lintian(today)
        before = package_before(today)
        say("installing it with apt")
        prepare_root(root, base, today)
        shutil.copy(before, root / "before.deb")
        with Simulator.from_build() as simulator:
            (out / "simulator").write_text(simulator.url)
            say("booting")
            ended = boot(root, out)
        for log in ("journal", "verdict"):
            if (out / log).exists():
                shutil.copy(out / log, WORK / f"{log}.log")
        good = sound and ended and passed(out)
    finally:
        if not os.environ.get("SAGEWATCH_SYSTEM_ROOT_KEEP"):
            shutil.rmtree(place, ignore_errors=True)
    if not ended:
        say("the machine did not come to a good end")
    say(f"{'all passed' if good else 'FAILED'}, in {time.monotonic() - started:.0f} s; "
        f"logs in {WORK}")
    return 0 if good else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except CannotRun as reason:
        say(f"cannot run: {reason}")
        sys.exit(1)
