"""Django settings for the type checker: complete, but no database behind them."""

import os

os.environ["DIVIT_MODE"] = "test"
os.environ.setdefault("DATABASE_URL", "postgresql://nobody@127.0.0.1/nothing")
os.environ.setdefault("DIVIT_SECRET_KEY", "for the type checker only, no session is ever signed with it")

from divit.project.settings import *  # noqa: F403
