"""How far a demo's invented history is: begun, or done; a year that was broken off is thrown away with the demo."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path


@dataclass(frozen=True)
class History:
    """Of one data folder: a file that says since when there is a history, and whether it is whole."""

    home: Path

    @property
    def _begun(self) -> Path:
        return self.home / "history.begun"

    @property
    def _done(self) -> Path:
        return self.home / "history.done"

    @property
    def broke_off(self) -> bool:
        """The first start ended in the middle of the year: nothing else is in that folder yet."""
        return self._begun.exists()

    @property
    def _simulated(self) -> Path:
        return self.home / "simulation.made"

    @property
    def is_simulation(self) -> bool:
        """The folder was made by `divit simulate`, which may make it anew; never a demo's."""
        return self._simulated.exists()

    def begin_simulation(self, begins: datetime) -> None:
        """A year for its own sake."""
        self._simulated.touch()
        self.begin(begins)

    @property
    def begins(self) -> datetime | None:
        """The first day of the year that is being lived; None where none is."""
        return datetime.fromisoformat(self._begun.read_text()) if self._begun.exists() else None

    def begin(self, begins: datetime) -> None:
        """Before anything is made that is as old as the year."""
        self._begun.write_text(begins.isoformat())

    def arguments(self, people: int) -> list[str]:
        """What `divit prepare` is told."""
        begins = self.begins
        return ["--history", str(people), "--history-from", begins.isoformat()] if begins else []

    def end(self) -> None:
        """It is whole."""
        if self._begun.exists():
            self._begun.replace(self._done)

    def forget(self) -> None:
        """The demo's data is gone, and the year with it."""
        for file in (self._begun, self._done, self._simulated, self.home / "clock"):
            file.unlink(missing_ok=True)
