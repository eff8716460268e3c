"""Each fuzzer for a moment, always the same one: it starts, it reaches the code, and finds nothing."""

import re
import subprocess
import sys

from divit.launcher.home import CHECKOUT


def test_requests_are_understood_in_one_way() -> None:
    command = [sys.executable, "-m", "tests.fuzz.ocsp_requests", "-runs=15000", "-seed=5070"]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    covered = [int(number) for number in re.findall(r"cov: (\d+)", done.stderr)]
    assert covered
    assert covered[-1] > 100
