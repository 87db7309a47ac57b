"""Pure rules: who may approve."""

APPROVE = "audit.approve"


def reason_against(permissions: frozenset[str]) -> str | None:
    """Why somebody with these permissions may not approve, or None when they may."""
    return None if APPROVE in permissions else "not_allowed"
