"""X."""


def main() -> None:
    """X."""
