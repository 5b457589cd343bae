"""The failures of notifications."""

from __future__ import annotations

from uuid import UUID

from streamverse.kit.errors import Conflict, FieldProblem, Invalid, NotFound


class EndpointNotFound(NotFound):
    """There is no such endpoint."""

    code = "notifications.endpoint_not_found"
    title = "No such webhook"

    def __init__(self, endpoint_id: UUID) -> None:
        super().__init__("There is no such webhook.", endpoint_id=str(endpoint_id))


class DeliveryNotFound(NotFound):
    """There is no such delivery."""

    code = "notifications.delivery_not_found"
    title = "No such delivery"

    def __init__(self, delivery_id: UUID) -> None:
        super().__init__(
            "There is no such delivery, or it is no longer kept.", delivery_id=str(delivery_id)
        )


class EndpointOff(Conflict):
    """The endpoint is switched off."""

    code = "notifications.endpoint_off"
    title = "This webhook is switched off"

    def __init__(self) -> None:
        super().__init__("This webhook is switched off: switch it on first.")


class DeliveryWaiting(Conflict):
    """The delivery is on its way already."""

    code = "notifications.delivery_waiting"
    title = "This is on its way already"

    def __init__(self) -> None:
        super().__init__("This message is on its way already: it is tried again by itself.")


class TooManyEndpoints(Conflict):
    """There are as many endpoints as there may be."""

    code = "notifications.too_many_endpoints"
    title = "Too many webhooks"

    def __init__(self, limit: int) -> None:
        super().__init__(f"There are {limit} webhooks, which is the limit: remove one first.")


class KindUnknown(Invalid):
    """There is no such kind of event."""

    code = "notifications.kind_unknown"
    title = "No such kind of event"

    def __init__(self, names: str) -> None:
        sentence = f"There is no event called {names}: choose from the list."
        super().__init__(sentence, fields=(FieldProblem("kinds", sentence),))
