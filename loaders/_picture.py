"""Pictures of any common format, as a person sees them: turned as the camera was held, on white, page by page."""

from __future__ import annotations

import io
import warnings
from typing import TYPE_CHECKING

from loaders._errors import DamagedDocument, DocumentTooLarge, LoadError

if TYPE_CHECKING:
    from PIL import Image

_LONG_SIDE = 842.0  # points: a picture is shown at most as large as a page of A4
_ORIENTATION = 0x0112  # Exif 2.32, 4.6.4
_HIGH_DEPTH = ("I;16", "I;16B", "I;16L", "I", "F")


def opened(data: bytes) -> Image.Image:
    """The picture, nothing of it decoded yet. Raises DamagedDocument, or DocumentTooLarge for a decompression bomb."""
    import pi_heif
    from PIL import Image

    pi_heif.register_heif_opener()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            return Image.open(io.BytesIO(data))
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise _too_large() from error
    except Exception as error:  # a reader of a format raises whatever it stumbles over
        raise _damaged() from error


def page(image: Image.Image, number: int) -> Image.Image:
    """Page `number` (from 1) in RGB or grey, upright. Raises as `opened`, and ValueError where there is none."""
    from PIL import Image, ImageOps

    if not 1 <= number <= pages(image):
        raise ValueError(f"The picture has pages 1 to {pages(image)}, not {number}.")
    try:
        image.seek(number - 1)
        if image.width * image.height > (Image.MAX_IMAGE_PIXELS or 0):
            raise _too_large()
        image.load()
        return _on_white(ImageOps.exif_transpose(image))
    except LoadError:
        raise
    except Exception as error:
        raise _damaged() from error


def pages(image: Image.Image) -> int:
    """How many pages there are; the frames of an animation are none."""
    return getattr(image, "n_frames", 1) if image.format == "TIFF" else 1


def points(image: Image.Image) -> float:
    """How many points a pixel of this page is wide; boxes on pictures are in such points."""
    return min(1.0, _LONG_SIDE / max(image.size))


def _on_white(image: Image.Image) -> Image.Image:
    from PIL import Image

    if image.mode in _HIGH_DEPTH:
        return _in_eight_bits(image)
    if image.has_transparency_data:
        seen = image.convert("RGBA")
        white = Image.new("RGBA", seen.size, "white")
        return Image.alpha_composite(white, seen).convert("RGB")
    return image.convert("L" if image.mode in ("1", "L") else "RGB")


def _in_eight_bits(image: Image.Image) -> Image.Image:
    """Its darkest pixel becomes black and its lightest white: how many of the bits are used, no field says."""
    import numpy as np
    from PIL import Image

    values = np.asarray(image, dtype=np.float32)
    low, high = float(values.min()), float(values.max())
    return Image.fromarray(((values - low) * (255 / max(high - low, 1e-6))).astype(np.uint8))


def _too_large() -> DocumentTooLarge:
    from PIL import Image

    limit = (Image.MAX_IMAGE_PIXELS or 0) / 1e6
    return DocumentTooLarge(f"This picture has more than {limit:.0f} million pixels.", "Make it smaller.")


def _damaged() -> DamagedDocument:
    return DamagedDocument("This image is truncated or damaged.", "Open it in its own program and save it again.")
