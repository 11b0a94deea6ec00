"""The learned models, a room for each verb of the journey; nothing else imports torch, transformers or diffusers.

Every stage is made from local checkpoint folders in the published layout and a :class:`~server.models.runtime.Runtime`.
Making it costs nothing and imports nothing heavy: the model is loaded when its verb is first asked for an answer, and
freed when the answers end, so that stages run one after another in the memory of the largest of them.
"""
