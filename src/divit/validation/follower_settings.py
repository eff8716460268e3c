"""What the environment tells the one who follows the database."""

from datetime import timedelta
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from divit.launcher.home import home


class FollowerSettings(BaseSettings):
    """One field is one variable."""

    model_config = SettingsConfigDict(extra="ignore", frozen=True, populate_by_name=True)

    database_url: str = Field(validation_alias="DATABASE_URL", description="Read-only role; two views and LISTEN.")
    ca_dir: Path = Field(validation_alias="DIVIT_CA_DIR", description="The folder that the ceremony made.")
    state_dir: Path | None = Field(
        None,
        validation_alias="DIVIT_VALIDATION_STATE",
        description="What the workers share and what outlives them; default `HOME/validation`.",
    )
    poll_seconds: float = Field(0.5, validation_alias="DIVIT_STATUS_POLL_SECONDS", gt=0, description="Between polls.")
    read_again_hours: float = Field(
        24,
        validation_alias="DIVIT_STATUS_READ_AGAIN_HOURS",
        gt=0,
        description="After how long all certificates are read anew, beside the following.",
    )

    @property
    def state(self) -> Path:
        """The folder that the workers share."""
        return self.state_dir or home() / "validation"

    @property
    def read_again(self) -> timedelta:
        return timedelta(hours=self.read_again_hours)
