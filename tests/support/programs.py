"""Where the built programs lie: in QHUB_PROGRAMS if set, else in the release build."""

import os
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent.parent


def program(name: str) -> Path:
    path = Path(os.environ.get("QHUB_PROGRAMS", REPOSITORY / "build/release/bin")) / name
    assert path.exists(), f"{path} has not been built"
    return path


def sanitizer_reports(log: str) -> list[str]:
    """The lines in which AddressSanitizer, LeakSanitizer or UndefinedBehaviorSanitizer complain."""
    return [line for line in log.splitlines() if "Sanitizer" in line or "runtime error:" in line]
