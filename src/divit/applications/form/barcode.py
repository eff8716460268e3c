"""Code 128 (ISO/IEC 15417), code set B: bars as numbers, drawn by whoever prints them."""

# Widths in modules of bar, space, bar, space, bar, space for the values 0–105, and the stop with its seventh bar.
_TABLE = (
    "212222222122222221121223121322131222122213122312132212221213221312231212112232122132122231"
    "113222123122123221223211221132221231213212223112312131311222321122321221312212322112322211"
    "212123212321232121111323131123131321112313132113132311211313231113231311112133112331132131"
    "113123113321133121313121211331231131213113213311213131311123311321331121312113312311332111"
    "314111221411431111111224111422121124121421141122141221112214112412122114122411142112142211"
    "241211221114413111241112134111111242121142121241114212124112124211411212421112421211212141"
    "214121412121111143111341131141114113114311411113411311113141114131311141411131211412211214"
    "211232"
)
_PATTERNS = [_TABLE[at : at + 6] for at in range(0, len(_TABLE), 6)]
_START_B = 104
_STOP = "2331112"


def code128(text: str) -> list[int]:
    """Widths in modules, a bar first, then spaces and bars in turn; without the quiet zones.

    Printable ASCII only; raises `ValueError` otherwise.
    """
    values = [ord(letter) - 32 for letter in text]
    if not all(0 <= value <= 94 for value in values):
        raise ValueError("Code 128 B knows printable ASCII only")
    check = (_START_B + sum(place * value for place, value in enumerate(values, start=1))) % 103
    patterns = [_PATTERNS[value] for value in (_START_B, *values, check)] + [_STOP]
    return [int(width) for pattern in patterns for width in pattern]
