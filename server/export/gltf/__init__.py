"""A scene as binary glTF with sound."""
