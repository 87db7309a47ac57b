"""Session tokens: the session's id with this hub's own mark, so that nothing secret enters the journal."""

import hmac
from hashlib import blake2b

from hub.kernel.ids import is_id
from hub.kernel.keystore import Keystore

COOKIE = "dianshu_session"


class Tokens:
    """Makes and checks the tokens that browsers carry; those for one use are none for another."""

    def __init__(self, keystore: Keystore, use: str = "session-tokens") -> None:
        self._key = keystore.secret(use)

    def token_of(self, session_id: str) -> str:
        """The token of a session."""
        return f"{session_id}.{self._mark(session_id)}"

    def session_of(self, token: str | None) -> str | None:
        """The session that a token stands for, or None when the token is not ours."""
        session_id, _, mark = (token or "").partition(".")
        if not is_id(session_id) or not hmac.compare_digest(mark.encode(), self._mark(session_id).encode()):
            return None
        return session_id

    def _mark(self, session_id: str) -> str:
        return blake2b(session_id.encode(), key=self._key, digest_size=32).hexdigest()
