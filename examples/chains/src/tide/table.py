"""Tide tables."""


def read(data: bytes) -> list[tuple[str, float]]:
    """Pairs of a time and a height in metres, a line each; lines that are none are left out."""
    found = []
    for line in data.decode("utf-8", "replace").splitlines():
        when, comma, height = line.partition(",")
        if comma and height.strip().replace(".", "", 1).isdigit():
            found.append((when.strip(), float(height)))
    return found
