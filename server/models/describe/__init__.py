"""What would sound: each view is described in words, by a model, an address or a vocabulary.

Every model is asked the one question of :mod:`~server.models.describe.question`, and its answer is read by
:mod:`~server.models.describe.answer.impression`.
"""
