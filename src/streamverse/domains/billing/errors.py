"""The failures of billing."""

from __future__ import annotations

from streamverse.kit.errors import Conflict, NotFound


class PlanNotFound(NotFound):
    """There is no such plan."""

    code = "billing.plan_not_found"
    title = "No such plan"

    def __init__(self) -> None:
        super().__init__("There is no such plan: list the plans to see those that there are.")


class PlanNameTaken(Conflict):
    """Another plan is called so."""

    code = "billing.plan_name_taken"
    title = "The name is taken"

    def __init__(self, name: str) -> None:
        super().__init__(f"Another plan is called {name!r} already: choose another name.")


class PlanArchived(Conflict):
    """An archived plan is nobody's new one."""

    code = "billing.plan_archived"
    title = "The plan is archived"

    def __init__(self, name: str) -> None:
        super().__init__(f"The plan {name!r} is archived: take it out of the archive first.")


class TooManyPlans(Conflict):
    """There are as many plans as there may be."""

    code = "billing.too_many_plans"
    title = "Too many plans"

    def __init__(self, limit: int) -> None:
        super().__init__(
            f"There are {limit} plans already: change one that nobody has.", limit=limit
        )
