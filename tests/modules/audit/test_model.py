"""Who may approve."""

from hub.modules.audit.model import reason_against
from hub.modules.identity.model import permissions_of


def test_managers_and_admins_may_approve() -> None:
    assert reason_against(permissions_of("cashier")) == "not_allowed"
    assert reason_against(permissions_of("manager")) is None
    assert reason_against(permissions_of("admin")) is None
