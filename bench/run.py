"""All benchmarks that have a goal, one after the other: `make bench`, or `bench/run.py [--quick] [subject …]`."""

import subprocess
import sys
from pathlib import Path

from table import arguments

# Beside peers, in minutes. Those of the desks (roster, scans, registry, a simulated year) are run by themselves.
SUBJECTS = ("ocsp", "status_index", "crl", "issuance", "keystores")


def main() -> int:
    """The exit code is 1 when one of them did not run to its end, or did not reach a goal."""
    parser = arguments(__doc__)
    parser.add_argument("subjects", nargs="*", choices=[[], *SUBJECTS], help="which; all of them if none is named")
    asked = parser.parse_args()
    failed = []
    for subject in asked.subjects or SUBJECTS:
        command = [sys.executable, str(Path(__file__).with_name(f"{subject}.py"))]
        if subprocess.run([*command, *(["--quick"] if asked.quick else [])], check=False).returncode:
            failed.append(subject)
    if failed:
        print(f"\nNot as it should be: {', '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
