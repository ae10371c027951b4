"""Small pictures as Pillow and OpenCV write them, and the levels that Pillow reads and resizes to: pictures/*.

Run with Pillow 13.0.0, opencv-python-headless 5.0.0.93 and numpy 2.4.6; then format the JSON
(`npx biome format --write test/reference/pictures`). The tests only read its result.
"""
import base64
import json
import zlib
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageCms, ImageOps

FOLDER = Path(__file__).parent / "pictures"
HEIGHT, WIDTH = 16, 20

draw = np.random.default_rng(7)
down, across = np.mgrid[0:1:16j, 0:1:20j]
smooth = np.stack([255 * across, 255 * down, 128 + 127 * np.sin(9 * across * down)], axis=-1)
colours = np.clip(smooth + draw.normal(0, 12, smooth.shape), 0, 255).astype("u1")
alpha = draw.integers(0, 256, (HEIGHT, WIDTH)).astype("u1")
alpha[:, :5] = 0
alpha[:, 5:10] = 255
rgb = Image.fromarray(colours)
rgba = Image.fromarray(np.dstack([colours, alpha]))
words = draw.integers(0, 65536, (HEIGHT, WIDTH, 4)).astype("u2")


def save(image: Image.Image, name: str, **options) -> None:
    image.save(FOLDER / name, **options)


save(rgb, "rgb.png")
save(rgb.convert("L"), "grey.png")
save(rgb.convert("1"), "bits.png")
save(rgb.quantize(5), "palette-of-5.png", bits=4)
save(rgb.convert("P"), "palette.png")
save(rgb.quantize(16), "palette-alpha.png", transparency=bytes(range(0, 256, 16)))
save(rgb.convert("L"), "grey-key.png", transparency=int(colours[0, 0, 0]))
save(rgba, "rgba.png")
save(rgba.convert("LA"), "grey-alpha.png")
save(Image.fromarray(words[..., 0]), "grey-16.png")
cv2.imwrite(str(FOLDER / "rgb-16.png"), words[..., :3])
cv2.imwrite(str(FOLDER / "rgba-16.png"), words)
save(rgb, "profile.png", icc_profile=ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
save(rgb, "rgb.jpg", quality=85)
save(rgb, "whole-chroma.jpg", quality=92, subsampling=0)
save(rgb, "progressive.jpg", quality=60, progressive=True)
save(rgb.convert("L"), "grey.jpg")
save(rgb.convert("CMYK"), "cmyk.jpg", quality=90)
for orientation in range(1, 9):
    exif = Image.Exif()
    exif[0x0112] = orientation
    save(rgb, f"turned-{orientation}.jpg", quality=90, exif=exif)
save(rgb, "turned.webp", lossless=True, exif=exif)
save(rgb, "lossless.webp", lossless=True)
save(rgb, "lossy.webp", quality=80)
save(rgba, "alpha.webp", lossless=True, exact=True)
save(rgb, "frames.webp", lossless=True, save_all=True, append_images=[ImageOps.invert(rgb)])


def packed(levels: np.ndarray) -> dict:
    """Shape, and the levels under zlib in base64."""
    return {"shape": list(levels.shape), "data": base64.b64encode(zlib.compress(levels.astype("u1").tobytes(), 9)).decode()}


def read(path: Path) -> dict:
    """Levels as read: grey [H, W, 1] or colour [H, W, 3], without alpha and over white."""
    image = ImageOps.exif_transpose(Image.open(path))
    if image.mode == "I;16":  # Pillow keeps these words; it cuts those of colour pictures itself
        image = Image.fromarray((np.asarray(image) >> 8).astype("u1"))
    has_alpha = "A" in image.getbands() or "transparency" in image.info
    with_alpha = image.convert("RGBA")
    levels = np.asarray(with_alpha)
    is_grey = image.mode in ("1", "L", "LA")
    cut = lambda array: array[..., : 1 if is_grey else 3]
    result = {"levels": packed(cut(levels))}
    if has_alpha:
        white = Image.new("RGBA", image.size, "white")
        result["onWhite"] = packed(cut(np.asarray(Image.alpha_composite(white, with_alpha))))
    if not is_grey and "turned" not in path.name:
        result["grey"] = packed(np.asarray(with_alpha.convert("RGB").convert("L"))[..., None])
    return result


def area(levels: np.ndarray, height: int, width: int) -> np.ndarray:
    """The mean over areas by its definition: every level repeated until all borders meet, then whole blocks."""
    repeated = levels.astype("f8").repeat(height, axis=0).repeat(width, axis=1)
    blocks = repeated.reshape(height, levels.shape[0], width, levels.shape[1], -1)
    return np.floor(blocks.mean(axis=(1, 3)) + 0.5)


def box_and_linear(height: int, width: int) -> np.ndarray:
    between = rgb.resize((WIDTH, height), Image.Resampling.BOX)
    return np.asarray(between.resize((width, height), Image.Resampling.BILINEAR))


files = {path.name: read(path) for path in sorted(FOLDER.iterdir()) if path.suffix != ".json"}
box, linear = Image.Resampling.BOX, Image.Resampling.BILINEAR
resized = [
    *[{"by": "BOX", **packed(np.asarray(rgb.resize((w, h), box)))} for h, w in [(8, 10), (4, 2), (16, 5), (1, 1)]],
    *[{"by": "BILINEAR", **packed(np.asarray(rgb.resize((w, h), linear)))} for h, w in [(32, 40), (19, 31), (16, 21)]],
    *[{"by": "mean over areas", **packed(area(colours, h, w))} for h, w in [(7, 11), (15, 19), (8, 10), (5, 20)]],
    {"by": "BOX, then BILINEAR", **packed(box_and_linear(8, 33))},
]
(FOLDER / "files.json").write_text(json.dumps(files))
(FOLDER / "resized.json").write_text(json.dumps(resized))
