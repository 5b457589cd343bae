"""How keys of the API fail."""

from __future__ import annotations

from streamverse.domains.identity.contracts import ApiKeyId
from streamverse.kit.errors import Forbidden, NotFound, Throttled


class ApiKeyNotFound(NotFound):
    """There is no such key."""

    code = "identity.api_key_not_found"
    title = "No such key"

    def __init__(self, key_id: ApiKeyId) -> None:
        super().__init__("This key does not exist, or has been revoked.", api_key_id=str(key_id))


class KeyNotEnough(Forbidden):
    """What belongs to a person is not done with a key."""

    code = "identity.key_not_enough"
    title = "A key may not do this"

    def __init__(self) -> None:
        super().__init__(
            "A key of the API may not do what belongs to a person: log in instead of using a key."
        )


class KeyThrottled(Throttled):
    """The key was used too often within a minute or a day."""

    code = "identity.key_throttled"
    title = "This key is used too often"

    def __init__(self, limit: int, per: str, retry_after_s: int) -> None:
        super().__init__(
            f"This key allows {limit} requests per {per}: come back in {retry_after_s} seconds.",
            retry_after_s=retry_after_s,
            limit=limit,
            per=per,
        )
