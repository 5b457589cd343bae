"""The verbs of social that others may call."""

from __future__ import annotations

from streamverse.domains.social.service.reviews import EXPORTERS as SOCIAL_EXPORTERS

__all__ = ["SOCIAL_EXPORTERS"]
