"""How much a scan may be: what an honest one needs, with room to spare."""

from datetime import timedelta

MOST_OCTETS = 24_000_000  # one file: thirty pages in full colour, a hundred in grey; a photo of any telephone
MOST_AT_ONCE = 32_000_000  # all files of one upload together
MOST_FILES = 20
MOST_WAITING = 500  # pages on one desk
MOST_UNREAD = 20  # files of one desk that wait to be read
WAITING_LIFE = timedelta(days=7)  # a page that nobody decided on; the paper is still there
TOLD_FOR = timedelta(days=2)  # how long a desk is told what became of a file, by its name

# For the program that reads a file (decoder.py).
READER = {
    "memory": 1 << 30,
    "seconds": 120,  # of the processor
    "octets": 80_000_000,  # of all pictures together
    "pages": 100,
    "pixels": 50_000_000,  # one picture in a file; A4 at 600 dpi has 35 million
}
READER_PATIENCE = 180.0  # seconds by the clock on the wall
