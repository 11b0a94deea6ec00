"""What would sound: each view is described in words, by a model, an address or a vocabulary.

Whoever describes is asked the one question of :mod:`~server.models.describe.question`, and whatever it writes is read
by :mod:`~server.models.describe.answer`.
"""
