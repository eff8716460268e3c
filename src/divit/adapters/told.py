"""What a neighbour told in words, made fit to be kept and shown."""


def one_line(told: object, *, longest: int) -> str:
    """One printable line of at most `longest` letters; whatever else a wire can carry becomes a space.

    A NUL or half a character would be refused by the database, and a line break would write a line into a log.
    """
    if not isinstance(told, str):
        return ""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in told).split())[:longest].rstrip()
