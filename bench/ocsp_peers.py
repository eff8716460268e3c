"""Others who answer OCSP, with the same answers and the same client."""

import base64
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from ocsp_world import SERVER_CORE, Server, World, free_port, pinned, wait_for
from peers import tool

from divit.kernel import clock
from divit.pki.ocsp import Good, parse_request

_NGINX = """
worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/error.log; daemon off;
events {{ worker_connections 1024; }}
http {{
  access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000000; open_file_cache max=200000 inactive=600s;
  open_file_cache_valid 600s; default_type application/ocsp-response;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  server {{ listen 127.0.0.1:{port} reuseport; root {folder}/answers; }}
}}
"""
_A_FOLDER = 1_000


def write_answers(world: World) -> list[bytes]:
    """A signed answer for every certificate, made by our own responder."""
    responder, at = world.responder(), clock.now().replace(microsecond=0)
    return [
        responder.answer(
            parse_request(world.question(serial)),
            status_of=lambda _serial: Good(),
            produced_at=at,
            this_update=at,
            next_update=at + timedelta(days=1),
        )
        for serial in world.serials
    ]


@contextmanager
def nginx(world: World, answers: list[bytes]) -> Iterator[tuple[Server, Path] | None]:
    """Serves them as files, which is the least that any server can do; and the paths to ask for."""
    program = tool("nginx")
    if program is None:
        yield None
        return
    folder = world.folder / "nginx"
    paths = []
    for number, answer in enumerate(answers):
        path = f"/{number // _A_FOLDER}/{number % _A_FOLDER}"
        file = folder / "answers" / path[1:]
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(answer)
        paths.append(path)
    questions = folder / "paths.txt"
    questions.write_text("\n".join(paths))
    for made in (world.folder, folder, folder / "answers"):
        made.chmod(0o755)
    port = free_port()
    (folder / "nginx.conf").write_text(_NGINX.format(folder=folder, port=port))
    with _started([str(program), "-c", str(folder / "nginx.conf"), "-p", str(folder)], port) as server:
        yield server and (server, questions)


@contextmanager
def cfssl(world: World, answers: list[bytes]) -> Iterator[Server | None]:
    """`cfssl ocspserve` with the same answers in memory."""
    program = tool("cfssl")
    if program is None:
        yield None
        return
    file = world.folder / "cfssl.txt"
    file.write_text("\n".join(base64.b64encode(answer).decode() for answer in answers))
    port = free_port()
    options = ["-address", "127.0.0.1", "-port", str(port), "-responses", str(file), "-loglevel", "5", "-path", "/ocsp"]
    with _started([str(program), "ocspserve", *options], port) as server:
        yield server


def openssl_speed(kind: str, *, seconds: int = 2) -> float | None:
    """Signatures per second of one core, by the command line's own count."""
    program = tool("openssl")
    if program is None:
        return None
    command = pinned(SERVER_CORE, [str(program), "speed", "-mr", "-seconds", str(seconds), kind])
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return float(next(line for line in said.splitlines() if line.startswith(("+F2", "+F4"))).split(":")[3])


@contextmanager
def _started(command: list[str], port: int) -> Iterator[Server | None]:
    process = subprocess.Popen(pinned(SERVER_CORE, command), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        if wait_for(port):
            yield Server(process.pid, port)
        else:
            print(f"left out: {command[0]} did not start")
            yield None
    finally:
        process.terminate()
        process.wait()
