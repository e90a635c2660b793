"""Small PNG files: a screen has few colours, so a palette shows all of it."""

import io

from PIL import Image

COLOURS = 256


def save(path, content):
    """Write a screenshot with a palette.

    Colours that are rare, as those of faces and of icons, stay: the palette covers all of them
    before it is refined for the frequent ones.

    :param bytes content: a PNG file
    :return int: the size of the file in bytes
    """
    picture = Image.open(io.BytesIO(content)).convert('RGB')
    small = picture.quantize(
        COLOURS, method=Image.Quantize.MAXCOVERAGE, kmeans=4, dither=Image.Dither.NONE)
    small.save(path, optimize=True)
    return path.stat().st_size
