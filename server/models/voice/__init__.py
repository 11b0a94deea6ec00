"""Text into sound: voicers that run learned models, and what makes their clips fit to be placed in a scene.

Any voicer (``tango_flux``, ``stable_audio``, ``audio_ldm2``) may be wrapped: ``quality.checked`` has defective clips
made again, and ``quality.candidates`` has several clips made and keeps the one that fits its words best, by CLAP.
"""
