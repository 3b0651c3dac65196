"""What a fake camera sees: codes on a table, as a film that Chromium plays again and again."""

import random
from collections.abc import Iterable
from pathlib import Path

import segno
from PIL import Image, ImageDraw, ImageFilter

WIDTH, HEIGHT, FRAMES_PER_SECOND = 640, 480, 10

# ISO/IEC 15417: widths of bars and spaces of the values 0 to 105, then the stop sign.
SIX = (
    "212222222122222221121223121322131222122213122312132212221213221312231212112232122132122231113222123122123221"
    "223211221132221231213212223112312131311222321122321221312212322112322211212123212321232121111323131123131321"
    "112313132113132311211313231113231311112133112331132131113123113321133121313121211331231131213113213311213131"
    "311123311321331121312113312311332111314111221411431111111224111422121124121421141122141221112214112412122114"
    "122411142112142211241211221114413111241112134111111242121142121241114212124112124211411212421112421211212141"
    "214121412121111143111341131141114113114311411113411311113141114131311141411131211412211214211232"
)
CODE_128 = [*(SIX[at : at + 6] for at in range(0, len(SIX), 6)), "2331112"]
START_B, STOP = 104, 106


def qr(text: str, *, scale: int = 8) -> Image.Image:
    """A QR code with its quiet zone."""
    rows = [list(row) for row in segno.make_qr(text, error="m").matrix_iter(border=4)]
    image = Image.new("L", (len(rows[0]), len(rows)))
    image.putdata([0 if dark else 255 for row in rows for dark in row])
    return image.resize((image.width * scale, image.height * scale), Image.Resampling.NEAREST)


def code_128(text: str, *, scale: int = 2, height: int = 90) -> Image.Image:
    """A Code 128 (set B: printable ASCII) with its quiet zones."""
    values = [START_B, *(ord(char) - 32 for char in text)]
    check = (values[0] + sum(at * value for at, value in enumerate(values[1:], 1))) % 103
    widths = [int(width) for value in [*values, check, STOP] for width in CODE_128[value]]
    image = Image.new("L", ((sum(widths) + 20) * scale, height), 255)
    draw, left = ImageDraw.Draw(image), 10 * scale
    for at, width in enumerate(widths):
        if at % 2 == 0:
            draw.rectangle((left, 0, left + width * scale - 1, height), fill=0)
        left += width * scale
    return image


def scene(*codes: tuple[Image.Image, tuple[int, int]], seed: int = 1) -> Image.Image:
    """Codes on a table that is a bit noisy, each with its middle so far from the picture's."""
    dice = random.Random(seed)
    grain = Image.new("L", (WIDTH // 8, HEIGHT // 8))
    grain.putdata([dice.randint(90, 150) for _ in range(grain.width * grain.height)])
    table = grain.resize((WIDTH, HEIGHT))
    for image, (right, down) in codes:
        table.paste(image, ((WIDTH - image.width) // 2 + right, (HEIGHT - image.height) // 2 + down))
    return table.filter(ImageFilter.GaussianBlur(0.6))


def film(path: Path, scenes: Iterable[tuple[Image.Image, float]]) -> Path:
    """Writes scenes, each with how many seconds it lasts, as a film in grey."""
    colourless = b"\x80" * (WIDTH * HEIGHT // 2)
    with path.open("wb") as file:
        file.write(f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F{FRAMES_PER_SECOND}:1 Ip A1:1 C420jpeg\n".encode())
        for picture, seconds in scenes:
            frame = b"FRAME\n" + picture.tobytes() + colourless
            for _ in range(round(seconds * FRAMES_PER_SECOND)):
                file.write(frame)
    return path


def camera(path: Path) -> list[str]:
    """Chromium's switches for a camera that sees the film."""
    return ["--use-fake-device-for-media-stream", f"--use-file-for-fake-video-capture={path}"]
