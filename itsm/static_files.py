"""Static files under names that carry their hash; each address is worked out once, since every page names fifty."""

from typing import Any

from whitenoise.storage import CompressedManifestStaticFilesStorage


class Files(CompressedManifestStaticFilesStorage):
    """WhiteNoise's storage with a memory for addresses, which don't change while the portal runs."""

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self._addresses: dict[tuple[str, bool], str] = {}

    def url(self, name: str, force: bool = False) -> str:
        """The address of the file of this name; ValueError when nothing of that name was collected."""
        found = self._addresses.get((name, force))
        if found is None:
            found = self._addresses[name, force] = super().url(name, force)
        return found
