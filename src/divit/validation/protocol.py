"""One connection: what is asked on it is answered in order, and nobody can hold it, or us, for ever."""

import asyncio
import os
from asyncio import Future
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from divit.validation.limits import Doors, Limits
from divit.validation.messages import Request, Response, has_body, head_of
from divit.validation.reading import RequestReader

_PIECE = 1_024
_FILE_PIECE = 65_536
_PIECES_A_TURN = 8
_ANSWERS_A_TURN = 2
_HIGH_WATER = 65_536
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


class Service(Protocol):
    """What a connection asks; none of it raises for anything that a client may send."""

    limits: Limits
    doors: Doors
    draining: bool

    def known(self, data: bytes, asker: "Connection") -> bytes | None:
        """The whole answer to a whole request whose every part has been read before; empty where it comes soon."""
        ...

    def learn(self, data: bytes, request: Request) -> None:
        """These octets are that request, and nothing besides."""
        ...

    def respond(self, request: Request) -> "Response | Future[Response]": ...

    def refuse(self, target: bytes, status: int) -> Response:
        """The answer to what was not read to its end."""
        ...

    def most_body(self, request: Request) -> int: ...

    def date(self) -> str: ...

    def refused(self) -> None:
        """A limit was reached."""
        ...


class Connection(asyncio.Protocol):
    """`quiet` is when the next octets begin a request and nothing is owed."""

    def __init__(self, service: Service) -> None:
        self.address = ""
        self._service = service
        self._known = service.known
        self._reader = RequestReader(service.limits, service.most_body)
        self._transport: Any = None
        self._backlog = b""
        self._quiet = self._asked = False
        self._waiting = self._full = self._ending = self._eof = self._held = False
        self._file: _File | None = None
        self._idle = 0
        self._clock = 0
        self._left = 0

    # --- called by the loop

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        peer = transport.get_extra_info("peername")
        self.address = str(peer[0]) if peer else ""
        transport.set_write_buffer_limits(high=_HIGH_WATER)
        if not self._service.doors.enter(self):
            self._service.refused()
            self._ending = True
            transport.abort()
            return
        self._quiet = not self._service.draining

    def connection_lost(self, error: Exception | None) -> None:
        self._service.doors.leave(self)
        self._quiet, self._ending = False, True
        self._close_file()

    def data_received(self, data: bytes) -> None:
        if self._quiet:
            answer = self._known(data, self)
            if answer:
                self._asked = True
                self._transport.write(answer)
                return
            if answer is not None:
                self._quiet, self._asked, self._waiting = False, True, True
                return
        if self._ending:
            return  # read and forgotten, until the other side has our last word
        fresh = self._quiet
        self._quiet, self._asked = False, True
        self._backlog = self._backlog + data if self._backlog else data
        request = self._advance()
        if fresh and self._quiet and request is not None:
            self._service.learn(data, request)

    def eof_received(self) -> bool:
        self._eof = True
        self._settle()
        return self._occupied and not self._ending

    def pause_writing(self) -> None:
        self._full, self._quiet = True, False
        self._clock, self._left = 0, self._transport.get_write_buffer_size()

    def resume_writing(self) -> None:
        self._full = False
        self._send_file()
        self._advance()

    # --- called by the service

    def take(self, answer: bytes) -> None:
        """The answer that was to come soon."""
        self._waiting = False
        if self._ending:
            return
        self._transport.write(answer)
        if self._backlog or self._full or self._eof or self._service.draining:
            self._advance()
        else:
            self._quiet = True

    # --- once a second, and at the end

    @property
    def idle(self) -> int:
        return -1 if self._occupied or self._ending else self._idle

    def let_go(self) -> None:
        self._service.refused()
        self._transport.abort()

    def second(self) -> None:
        """Another one has passed."""
        limits = self._service.limits
        self._clock += 1
        self._idle = 0 if self._asked else self._idle + 1
        self._asked = False
        if self._ending:
            if self._clock > limits.lingering_seconds and not self._full:
                self._transport.abort()
        elif self._reader.partial and not self._occupied:
            most = limits.head_seconds + (limits.body_seconds if self._reader.reads_body else 0)
            if self._clock >= most:
                self._refuse(408)
        elif self._idle >= limits.idle_seconds and not self._occupied:
            self._end()
        if self._full and self._clock >= limits.taking_seconds:
            left = self._transport.get_write_buffer_size()
            if self._left - left < limits.least_taken:
                self.let_go()
            self._clock, self._left = 0, left

    def drain(self, *, now: bool) -> None:
        """The next answer is the last; `now`: none is waited for where nothing was begun."""
        self._quiet = False
        if now and not self._occupied and not self._reader.partial and not self._ending:
            self._end()

    # ---

    @property
    def _occupied(self) -> bool:
        return self._waiting or self._full or self._file is not None

    def _advance(self) -> Request | None:
        """Read and answer as long as nothing is in the way; the last request that was answered at once."""
        reader, answered, left = self._reader, None, _ANSWERS_A_TURN
        while not self._occupied and not self._ending:
            if reader.requests and not left:
                self._waiting = True  # for the others
                asyncio.get_running_loop().call_soon(self._next_turn)
            elif reader.requests:
                answered, left = reader.requests.popleft(), left - 1
                self._answer(answered)
            elif reader.broken is not None:
                self._refuse(reader.broken)
            elif self._backlog:
                begun = reader.partial
                piece, self._backlog = self._backlog[:_PIECE], self._backlog[_PIECE:]
                reader.feed(piece)
                if reader.partial and not begun:
                    self._clock = 0
            else:
                break
        self._settle()
        return answered

    def _settle(self) -> None:
        """Say that we go on where the client waits for it; read more only where it can be dealt with."""
        if self._ending:
            return
        occupied = self._occupied
        if occupied is not self._held:
            self._held = occupied
            (self._transport.pause_reading if occupied else self._transport.resume_reading)()
        if occupied:
            return
        if self._eof:
            self._end()
            return
        if self._reader.expects_continue:
            self._reader.expects_continue = False
            self._transport.write(_CONTINUE)
        self._quiet = not self._reader.partial and not self._service.draining

    def _answer(self, request: Request) -> None:
        response = self._service.respond(request)
        if isinstance(response, Response):
            self._send(request, response)
            return
        self._waiting = True
        response.add_done_callback(partial(self._answer_later, request))

    def _answer_later(self, request: Request, response: "Future[Response]") -> None:
        self._waiting = False
        if not self._ending and not response.cancelled():
            self._send(request, response.result())
            self._advance()

    def _send(self, request: Request | None, response: Response) -> None:
        keep = bool(request and request.keep_alive and not response.close and not self._service.draining)
        file = None
        if response.file is not None:
            try:
                file = _File(response.file)
            except OSError:
                response = self._service.refuse(request.target if request else b"", 503)
        length = file.length if file else len(response.body)
        head = head_of(response, request, date=self._service.date(), length=length, keep=keep)
        with_body = has_body(response, request)
        self._transport.write(head + response.body if with_body else head)
        if file:
            file.last = not keep
            self._file = file
            if not with_body:
                file.length = 0
            self._send_file()
        elif not keep:
            self._end()

    def _send_file(self) -> None:
        """As much as the client takes, a few pieces a turn: others want their answers too."""
        file = self._file
        if file is None:
            return
        for _ in range(_PIECES_A_TURN):
            piece = b"" if self._full else file.read()
            if not piece:
                break
            self._left += len(piece)
            self._transport.write(piece)
        if file.length < 0:
            self._transport.abort()  # shorter than it said it was: the answer cannot be ended well
        elif not file.length:
            self._close_file()
            if file.last:
                self._end()
        elif not self._full:
            asyncio.get_running_loop().call_soon(self._go_on)

    def _go_on(self) -> None:
        if not self._ending:
            self._send_file()
            self._advance()

    def _next_turn(self) -> None:
        self._waiting = False
        self._advance()

    def _refuse(self, status: int) -> None:
        """The last word: what comes after a mistake cannot be told apart from it."""
        self._service.refused()
        self._send(None, self._service.refuse(self._reader.target, status))

    def _end(self) -> None:
        """After everything that was written. Where more may come, it is read for a while: a reset could overtake us."""
        self._quiet, self._ending, self._clock = False, True, 0
        if self._held:
            self._held = False
            self._transport.resume_reading()
        if self._eof or not (self._reader.partial or self._reader.broken or self._backlog):
            self._transport.close()
        else:
            self._transport.write_eof()
        self._backlog = b""

    def _close_file(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None


class _File:
    """A file on its way out: the one that was there when it was asked for, whatever is put in its place meanwhile."""

    def __init__(self, file: Path) -> None:
        self._descriptor = os.open(file, os.O_RDONLY | os.O_CLOEXEC)
        self.length = os.fstat(self._descriptor).st_size
        self.last = False
        self._at = 0

    def read(self) -> bytes:
        piece = os.pread(self._descriptor, min(_FILE_PIECE, self.length), self._at) if self.length > 0 else b""
        self._at += len(piece)
        self.length = self.length - len(piece) if piece or not self.length else -1
        return piece

    def close(self) -> None:
        os.close(self._descriptor)
