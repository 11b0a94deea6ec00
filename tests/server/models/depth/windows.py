import numpy as np

from server.pipeline.views import Picture, View


def window(width_px: int, height_px: int, *, seed: int = 0, hfov_deg: float = 90.0) -> Picture:
    """Soft blobs of colour."""
    coarse = np.random.default_rng(seed).uniform(0, 255, (4, 4, 3))
    rows = np.linspace(0, 3.99, height_px).astype(int)
    columns = np.linspace(0, 3.99, width_px).astype(int)
    shade = np.linspace(0.6, 1.0, width_px)[None, :, None]
    view = View(
        name=f"view-{seed}", projection="perspective", width_px=width_px, height_px=height_px, hfov_deg=hfov_deg
    )
    return Picture(pixels=(coarse[rows][:, columns] * shade).astype(np.uint8), view=view)
