"""How the pixels of a file lie on the sphere: a module for each kind of picture that is no photograph.

Each has a mapping between the file's pixels and directions, both ways (:class:`.mapping.SphereMapping`). By it
:func:`.unroll.on_sphere` makes the file an equirectangular picture, and a pixel of the file that a person gives finds
its direction.
"""
