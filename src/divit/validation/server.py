"""One worker's house: everything that its connections ask, the seconds that pass in it, and its orderly end."""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from divit.kernel.errors import NotFound
from divit.pki.authority import Authority, family, record_files
from divit.pki.keystores import KeyStore
from divit.validation import metrics
from divit.validation.answers import Answers
from divit.validation.counts import Count, Counts, Page
from divit.validation.desk import Desk
from divit.validation.files import Files
from divit.validation.limits import Doors, Limits
from divit.validation.protocol import Connection
from divit.validation.routes import Routes
from divit.validation.settings import Settings
from divit.validation.signing import Signing
from divit.validation.stamps import Stamps
from divit.validation.status_index import StatusIndex

_log = logging.getLogger(__name__)
_TURN_SECONDS = 1.0
_BREATH_SECONDS = 0.02
_LOOK_SECONDS = 0.1
_STILL_IN_SYNC = timedelta(seconds=5)
_MOST_STAMPING = 256


class Server:
    """What `protocol.Service` asks for; `row` of the page is where its counts are seen by the others."""

    def __init__(
        self, settings: Settings, keystore: KeyStore, *, page: Page, row: int, seconds: Callable[[], float]
    ) -> None:
        self.limits = Limits(
            idle_seconds=settings.idle_seconds,
            connections=settings.connections,
            per_address=settings.connections_per_address,
        )
        self.doors = Doors(self.limits)
        self.draining = False
        self.counts = Counts()
        self._settings, self._page, self._row, self._seconds = settings, page, row, seconds
        self._records: tuple[str, ...] = ()
        self._newest = Authority.load(settings.ca_dir)
        self._desk = Desk(keystore=keystore, validity=settings.ocsp_validity, counts=self.counts)
        self._signing = Signing(
            self.counts,
            verify_all=settings.verify_all,
            threads=settings.signing_threads,
            most_waiting=settings.most_waiting_signatures,
        )
        self._answers = Answers(
            self._desk,
            self._signing,
            self.counts,
            seconds=seconds,
            max_age=settings.ocsp_max_age,
            most_octets=settings.memory_megabytes << 20,
        )
        self._files = Files(folder=settings.ca_dir, crl_max_age=settings.crl_max_age)
        self._stamps = Stamps(self._newest, keystore, settings, now=self._now)
        self._threads = ThreadPoolExecutor(settings.signing_threads, thread_name_prefix="stamping")
        self._routes = Routes(
            desk=self._desk,
            answers=self._answers,
            signing=self._signing,
            files=self._files,
            counts=self.counts,
            max_age=settings.ocsp_max_age,
            stamp=self._stamps,
            stamping_threads=self._threads,
            most_stamping=_MOST_STAMPING,
            health=self.health,
            metrics=self.metrics,
        )
        self.known, self.learn = self._answers.known, self._answers.learn
        self.respond, self.refuse, self.most_body = self._routes.respond, self._routes.refuse, self._routes.most_body
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._index: StatusIndex | None = None

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._seconds(), UTC)

    def connection(self) -> Connection:
        """For whoever comes in."""
        self.counts[Count.CONNECTIONS_OPENED] += 1
        return Connection(self)

    def date(self) -> str:
        return self._answers.date

    def refused(self) -> None:
        self.counts[Count.REFUSED] += 1

    def start(self) -> None:
        """Begin to live by the second; needs a running loop."""
        self._second()
        self._renew()
        self._open_index()

    async def end(self, *, patience: float) -> None:
        """Answer what was begun, for so many seconds at most. Nobody may be let in any more."""
        self.draining = True
        loop = asyncio.get_running_loop()
        until = loop.time() + patience
        while len(self.doors) and loop.time() < until:
            for connection in self.doors:
                connection.drain(now=True)
            await asyncio.sleep(_BREATH_SECONDS)
        for connection in self.doors:
            connection.let_go()
        for timer in self._timers.values():
            timer.cancel()
        self._signing.close()
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._publish()

    def say_goodbye(self) -> None:
        """The next answer on each connection is its last; nobody is cut off who is about to ask."""
        self.draining = True
        for connection in self.doors:
            connection.drain(now=False)

    def health(self) -> dict[str, object]:
        """Whether answers are current, and what they rest on."""
        index, now = self._index, self._desk.now
        known_at = index.known_at if index is not None else None
        in_sync = index is not None and index.followed and known_at is not None and now - known_at < _STILL_IN_SYNC
        crl = index.crl(self._newest.name) if index is not None else None
        # A third of a list's life must be left: by then a new one should long have come.
        crl_fresh = crl is not None and crl.next_update - now > (crl.next_update - crl.this_update) / 3
        responders = [window.responder for window in self._desk.windows.values() if window.ends > now]
        ends = min((responder.delegate_ends for responder in responders if responder), default=None)
        signs = ends is not None and all(responders) and ends > now
        return {
            "ready": in_sync and crl_fresh and signs,
            "in_sync": in_sync,
            "synced_at": known_at.isoformat() if known_at else None,
            "certificates": len(index) if index is not None else 0,
            "crl_number": crl.number if crl else None,
            "crl_next_update": crl.next_update.isoformat() if crl else None,
            "crl_fresh": crl_fresh,
            "ocsp_certificate_until": ends.isoformat() if ends else None,
            "time_stamps": self._stamps.ready(now),
        }

    def metrics(self) -> str:
        """Of all workers."""
        self._publish()
        return metrics.text(self._page.total(), index=self._index, now=self._desk.now)

    # ---

    def _second(self) -> None:
        self._timers["second"] = asyncio.get_running_loop().call_later(_TURN_SECONDS, self._second)
        self._take_authorities()
        taken, now = self._desk.take_delegates(), self._answers.look()
        if taken:
            self._answers.turn(now)
            self._answers.renew_all()
        for connection in self.doors:
            connection.second()
        self._publish()

    def _renew(self) -> None:
        """A few milliseconds of work at a time, so that nobody's question waits for it."""
        more = self._answers.renew()
        wait = _BREATH_SECONDS if more else _TURN_SECONDS
        self._timers["renew"] = asyncio.get_running_loop().call_later(wait, self._renew)

    def _take_authorities(self) -> None:
        """A new one appears in one step, and stays as it is."""
        try:
            records = record_files(self._settings.ca_dir)
            if records == self._records:
                return
            authorities = family(self._settings.ca_dir)
        except (OSError, ValueError, NotFound) as error:
            _log.error("the authorities cannot be read: %s", type(error).__name__)
            return
        self._records, self._newest = records, authorities[-1]
        self._desk.take_authorities(authorities)
        self._files.take_authorities(authorities)
        self._stamps.authority = self._newest

    def _open_index(self) -> None:
        """As soon as there is one."""
        try:
            self._index = StatusIndex.open(self._settings.state, now=self._now)
        except NotFound:
            self._timers["index"] = asyncio.get_running_loop().call_later(_LOOK_SECONDS, self._open_index)
            return
        self._desk.index = self._files.index = self._index
        self._answers.turn(self._answers.look())
        _log.info("answering for %d certificates", len(self._index))

    def _publish(self) -> None:
        counts = self.counts
        counts[Count.CONNECTIONS] = len(self.doors)
        counts[Count.REMEMBERED] = len(self._answers)
        counts[Count.REMEMBERED_OCTETS] = self._answers.octets
        self._page.write(self._row, counts)
