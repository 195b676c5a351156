"""A text as a QR code that a phone's camera reads off a screen, light or dark."""

import io

_BORDER_MODULES = 4


def qr_svg(text: str) -> bytes:
    """An SVG image, dark on white whatever the theme: cameras want it so."""
    import segno

    image = io.BytesIO()
    segno.make(text, error="m", micro=False).save(
        image, kind="svg", border=_BORDER_MODULES, dark="#000", light="#fff", xmldecl=False, scale=5
    )
    return image.getvalue()
