"""Visits: from where and with what somebody comes."""

from __future__ import annotations

from dataclasses import dataclass, field

from streamverse.domains.identity.rules.user_agents import Software, read_user_agent


@dataclass(frozen=True, slots=True)
class Visit:
    """From where and with what a request comes; ``device_secret`` is what the device keeps."""

    ip: str = ""
    user_agent: str = ""
    device_secret: str | None = field(default=None, repr=False)

    @property
    def software(self) -> Software:
        """Give what runs on the device, as far as it says so."""
        return read_user_agent(self.user_agent)


NOWHERE = Visit()
