"""Text into sound: the voices that learned models lend, and what makes their clips fit to be placed in a scene.

Any of the voices (:mod:`~server.models.voice.tango_flux`, :mod:`~server.models.voice.stable_audio`,
:mod:`~server.models.voice.audio_ldm2`) may be wrapped: :mod:`~server.models.voice.checked` has defective clips made
again, and :mod:`~server.models.voice.candidates` has several made and keeps the one that CLAP hears the words in.
"""
