#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What a compiler does not see: the rooms' order, what is listed, what is documented.

Each check yields one line for each fault that it finds. A check whose tool is not installed is
skipped, and says so. Reads the tree below $srcdir_top and writes nothing into it.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

TOP = Path(os.environ.get("srcdir_top", Path(__file__).parents[2])).resolve()
SRC = TOP / "src"

# What a room of src/ may include besides itself; from the lowest to the highest.
MAY_INCLUDE = {
    "base": set(),
    "conf": {"base"},
    "model": {"base"},
    "rules": {"base", "model"},
    "aws": {"base", "model"},
    "net": {"base"},
    "store": {"base", "model"},
    "watch": {"base", "conf", "model", "rules", "aws", "net", "store"},
    "alert": {"base", "model", "net", "store"},
    "control": {"base", "model", "net", "store"},
    "ctl": {"base", "model"},
}

# No length, no errors, a hidden state, or a shell in between.
NOT_USED = "strcpy strcat sprintf vsprintf strncpy gets atoi strtok localtime rand system".split()

MAY_EXIT = {"main.c", "ctl/main.c"}


# What autoreconf, configure, a build inside the tree, a test or an editor leaves behind.
LEFT_BEHIND = re.compile(
    r"(_?build|_inst|sagewatch-|autom4te|\.git/).*|aclocal\.m4|configure~?"
    r"|config\.(h|h\.in|log|status)~?|libtool|Makefile(\.in)?|stamp-h1"
    r"|m4/(libtool|lt.*)\.m4|.*~|.*\.l?[oa]"
    r"|(.*/)?(__pycache__|\.deps|\.libs)/.*"
)


class Skipped(Exception):
    """A check's tool is not here."""


def tool(name):
    path = shutil.which(name)
    if path is None:
        raise Skipped(f"{name} is not installed")
    return path


def relative(path):
    return path.relative_to(TOP)


def files(*patterns, below="."):
    """The project's files; what a build or a test leaves in the tree is not looked at."""
    for pattern in patterns:
        for path in sorted((TOP / below).rglob(pattern)):
            if path.is_file() and not LEFT_BEHIND.fullmatch(str(relative(path))):
                yield path


def sources(below="src"):
    return files("*.c", "*.h", below=below)


def code_lines(path):
    """Numbered lines without comments and without what stands in quotes."""
    text = path.read_text()
    pattern = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"', re.S)

    def blank(match):
        if match[0].startswith('"'):
            return '""'
        return "\n" * match[0].count("\n")

    return enumerate(pattern.sub(blank, text).split("\n"), 1)


def run(*command, env=None):
    """The output of a tool that found something; nothing where it is content."""
    result = subprocess.run(
        command, cwd=TOP, stdin=subprocess.DEVNULL, capture_output=True, text=True, env=env
    )
    if result.returncode != 0:
        yield from (result.stdout + result.stderr).splitlines()


def room_of(path):
    parts = path.relative_to(SRC).parts
    return parts[0] if len(parts) > 1 else None


def includes(path):
    for number, line in enumerate(path.read_text().split("\n"), 1):
        match = re.match(r'#\s*include\s+"([^"]+)"', line)
        if match:
            yield number, match[1]


def check_layers():
    """rooms include only those below them"""
    for path in sources():
        room = room_of(path)
        for number, name in includes(path):
            where = f"{relative(path)}:{number}"
            if not (SRC / name).is_file():
                yield f"{where}: {name} is not a path below src/"
                continue
            target = name.split("/")[0] if "/" in name else None
            if room is None or target == room:
                continue
            if room not in MAY_INCLUDE:
                yield f"{where}: {room}/ is not in the table of rooms"
            elif target not in MAY_INCLUDE[room]:
                yield f"{where}: {room}/ may not include {name}"


def check_own_header():
    """a source file includes its own header first"""
    for path in sources():
        header = path.with_suffix(".h")
        if path.suffix == ".c" and header.is_file():
            first = next(iter(re.findall(r'#\s*include\s+[<"]([^>"]+)', path.read_text())), None)
            if first != str(header.relative_to(SRC)):
                yield f"{relative(path)}: includes {first} before its own header"


def check_guards():
    """a header's guard is its path"""
    for path in sources():
        if path.suffix == ".h":
            guard = "SAGEWATCH_" + re.sub(r"\W", "_", str(path.relative_to(SRC))).upper()
            if f"#ifndef {guard}\n#define {guard}\n" not in path.read_text():
                yield f"{relative(path)}: the guard should be {guard}"


def check_licence_lines():
    """every source says its licence in its first lines"""
    for path in files("*.c", "*.h", "*.py", "*.m4", "*.ac", "*.am", "bootstrap"):
        if "SPDX-License-Identifier: MIT" not in "".join(path.read_text().splitlines()[:2]):
            yield f"{relative(path)}: no SPDX line at the top"


def check_functions_not_used():
    """no function that the house rules name as not used"""
    pattern = re.compile(r"(?<![\w.>])(" + "|".join(NOT_USED) + r")\s*\(")
    for below in ("src", "tests"):
        for path in sources(below):
            for number, line in code_lines(path):
                for match in pattern.finditer(line):
                    yield f"{relative(path)}:{number}: {match[1]}()"


def check_exit():
    """exit() stands in the mains only"""
    for path in sources():
        if str(path.relative_to(SRC)) not in MAY_EXIT:
            for number, line in code_lines(path):
                if re.search(r"(?<!\w)_?exit\s*\(", line):
                    yield f"{relative(path)}:{number}: exit()"


def check_curl():
    """curl is known to net/ and to the client only"""
    for path in sources():
        if room_of(path) not in ("net", "ctl") and "<curl/" in path.read_text():
            yield f"{relative(path)}: includes curl's headers"


def check_listed():
    """every source is listed in a local.mk"""
    for path in [*sources("src"), *sources("tests"), *files("*.py", below="tests/integration")]:
        found = False
        for folder in path.relative_to(TOP).parents:
            fragment = TOP / folder / "local.mk"
            if fragment.is_file():
                listed = str(path.relative_to(fragment.parent))
                if re.search(rf"%D%/{re.escape(listed)}(?=\s|$)", fragment.read_text(), re.M):
                    found = True
        if not found:
            yield f"{relative(path)}: no local.mk lists it"


def check_suites():
    """every unit test's suite is in suites.h"""
    listed = set(re.findall(r"SUITE\((\w+)\)", (TOP / "tests/unit/suites.h").read_text()))
    for path in files("test_*.c", below="tests/unit"):
        for name in re.findall(r"^Suite \*(\w+)_suite\(void\)$", path.read_text(), re.M):
            if name not in listed:
                yield f"{relative(path)}: {name} is not in suites.h"


def manual(name):
    return (TOP / "man" / name).read_text()


def check_directives():
    """every directive is in sagewatch.conf(5), and nothing else"""
    table = "".join(path.read_text() for path in files("*.c", below="src/conf"))
    start = table.index("conf_directives[]")
    table = table[start : table.index("\n};", start)]
    known = set(re.findall(r'\.name = "([a-z-]+)"', table))
    if not known:
        yield "no directive was found in the table of src/conf"
    told = set(re.findall(r"^\.It (?:Ic|Cm) ([a-z-]+)", manual("sagewatch.conf.5"), re.M))
    for name in sorted(known - told):
        yield f"man/sagewatch.conf.5: {name} is missing"
    sections = set(re.findall(r'\.section = "([a-z-]+)"', table))
    for name in sorted(told - known - sections):
        yield f"man/sagewatch.conf.5: {name} is no directive"


def check_commands():
    """every command and option of sagewatchctl is in sagewatchctl(1)"""
    table = (SRC / "ctl/commands.c").read_text()
    page = manual("sagewatchctl.1")
    commands = re.findall(r'^\t\t\.name = "([a-z -]+)"', table, re.M)
    if not commands:
        yield "no command was found in src/ctl/commands.c"
    for name in commands:
        words = r"\s+(?:\w\w\s+)*".join(name.split())
        if not re.search(rf"^\.(?:It|Ss|Ic|Cm)\b.*\b{words}\b", page, re.M):
            yield f"man/sagewatchctl.1: {name} is missing"
    for name in sorted(set(re.findall(r'{\s*"([a-z-]+)",\s*(?:\'.\'|0),', table))):
        if not re.search(rf"\bFl -{name}\b", page):
            yield f"man/sagewatchctl.1: --{name} is missing"


def check_options():
    """every option of sagewatchd is in sagewatchd(8)"""
    options = re.findall(r'{ "([a-z-]+)", \w+_argument', (SRC / "main.c").read_text())
    if not options:
        yield "no option was found in src/main.c"
    for name in options:
        if not re.search(rf"\bFl -{name}\b", manual("sagewatchd.8")):
            yield f"man/sagewatchd.8: --{name} is missing"


def event_types():
    text = (SRC / "model/event.c").read_text()
    return re.findall(r'\[EVENT_\w+\]\s*=\s*{\s*"([a-z.]+)",\s*"([0-9a-f]{32})"', text)


def check_event_types():
    """every event type is in sagewatchd(8)"""
    text = manual("sagewatchd.8")
    for name, _ in event_types():
        if name not in text:
            yield f"man/sagewatchd.8: {name} is missing"


def check_catalog():
    """every event type has an entry in the journal's catalog"""
    known = {message_id: name for name, message_id in event_types()}
    entries = re.findall(
        r"^-- ([0-9a-f]{32})$", (TOP / "systemd/sagewatch.catalog").read_text(), re.M
    )
    if not known:
        yield "no event type was found in src/model/event.c"
    for message_id in sorted(set(known) - set(entries)):
        yield f"systemd/sagewatch.catalog: {known[message_id]} ({message_id}) is missing"
    for message_id in sorted(set(entries) - set(known)):
        yield f"systemd/sagewatch.catalog: {message_id} is no event's"
    if len(entries) != len(set(entries)):
        yield "systemd/sagewatch.catalog: an id stands twice"


def check_sample():
    """every word of the sample configuration is a directive"""
    table = "".join(path.read_text() for path in files("*.c", below="src/conf"))
    for number, line in enumerate((TOP / "etc/sagewatch.conf").read_text().split("\n"), 1):
        match = re.match(r"#?\s*([a-z]+(?:-[a-z]+)*)\s+=\s", line)
        if match and f'"{match[1]}"' not in table:
            yield f"etc/sagewatch.conf:{number}: {match[1]} is no directive"


def check_manuals():
    """mandoc finds nothing in the manual"""
    pages = [str(relative(path)) for path in files("*.[1-8]", below="man")]
    if not pages:
        yield "man/: there is no page"
        return
    yield from run(tool("mandoc"), "-Tlint", "-Wwarning", *pages)


def shell_scripts():
    for path in files("*"):
        if not path.suffix and os.access(path, os.X_OK) or path == TOP / ".ci/run":
            with path.open("rb") as script:
                if re.match(rb"#!.*\b(ba|da)?sh\b", script.readline()):
                    yield str(relative(path))
        elif path.suffix == ".sh":
            yield str(relative(path))


def check_shell():
    """shellcheck finds nothing in the scripts"""
    yield from run(tool("shellcheck"), *shell_scripts())


def check_spelling():
    """codespell finds nothing"""
    names = [str(relative(path)) for path in files("*")]
    # Wrong words stand in those on purpose.
    texts = [name for name in names if not name.startswith(("tests/fuzz/corpus/", "tests/unit/"))]
    # An escape such as \n is no part of the word behind it; Nd is a macro of mdoc.
    yield from run(tool("codespell"), "-L", "nd", r"--ignore-regex=\\[nrt]", *texts)


def check_format():
    """clang-format would change nothing"""
    version = subprocess.run([tool("clang-format"), "--version"], capture_output=True, text=True)
    if " version 14." not in version.stdout:
        raise Skipped("the style is clang-format 14's")
    for path in [*sources("src"), *sources("tests")]:
        if list(run(tool("clang-format"), "--dry-run", "-Werror", str(path))):
            yield f"{relative(path)}: clang-format -i would change it"


def check_unit():
    """systemd finds nothing in the unit, and its exposure is at most 1.5"""
    analyze = tool("systemd-analyze")
    with tempfile.TemporaryDirectory() as folder:
        unit = (TOP / "systemd/sagewatchd.service.in").read_text()
        # What the units name need not be installed where they are checked.
        unit = re.sub(r"^ExecStart=.*$", "ExecStart=/bin/true", unit, flags=re.M)
        socket = (TOP / "systemd/sagewatchd.socket").read_text()
        for name, text in (("sagewatchd.service", unit), ("sagewatchd.socket", socket)):
            text = re.sub(r"^Documentation=.*\n", "", text, flags=re.M)
            Path(folder, name).write_text(text.replace("@confdir@", "/etc/sagewatch"))
        service = f"{folder}/sagewatchd.service"
        quiet = dict(os.environ, SYSTEMD_LOG_LEVEL="warning")
        verify = subprocess.run(
            [analyze, "verify", "--man=no", service, f"{folder}/sagewatchd.socket"],
            capture_output=True,
            text=True,
            env=quiet,
        )
        yield from (line for line in verify.stderr.splitlines() if "sagewatch" in line)
        yield from run(analyze, "security", "--offline=true", "--threshold=15", service)


def check_words():
    """nothing promises later work"""
    words = re.compile(r"\b(TO" r"DO|FIX" r"ME|X" r"XX)\b")
    for path in files("*.c", "*.h", "*.py", "*.mk", "*.[1-8]", "README", "HACKING", "*.conf"):
        for number, line in enumerate(path.read_text(errors="replace").split("\n"), 1):
            if words.search(line):
                yield f"{relative(path)}:{number}: {line.strip()}"


CHECKS = [function for name, function in list(globals().items()) if name.startswith("check_")]


def main():
    passed = failed = skipped = 0
    for check in CHECKS:
        try:
            faults = list(check())
        except Skipped as reason:
            skipped += 1
            print(f"skipped: {check.__doc__}: {reason}")
            continue
        except (OSError, ValueError) as error:
            faults = [f"{error}"]
        failed += bool(faults)
        passed += not faults
        print(f"{'FAILED' if faults else 'ok'}: {check.__doc__}")
        for fault in faults:
            print(f"    {fault}")
    print(f"lint: {passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
