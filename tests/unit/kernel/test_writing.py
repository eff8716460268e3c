"""What an uploaded file is called, as it may be kept."""

import pytest

from divit.kernel.writing import file_name


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("../../etc/formlar 3.pdf", "formlar 3.pdf"),
        ("C:\\Belgeler\\liste 2026.xlsx", "liste 2026.xlsx"),
        ("ayse 10000000146.pdf", "ayse •••.pdf"),
        ("ayse 100 000 001-46.pdf", "ayse •••.pdf"),
        ("0.532.123.45.67.jpg", "•••.jpg"),
        ("\u202e\n", "dosya"),
    ],
)
def test_neither_paths_nor_numbers_of_people(typed: str, kept: str) -> None:
    assert file_name(typed, otherwise="dosya") == kept
