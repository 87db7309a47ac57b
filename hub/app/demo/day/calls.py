"""One server, called as a page calls it."""

from typing import Any

import httpx

from hub.kernel.ids import new_id


class CallRefused(Exception):
    """The server said no, with this code."""

    def __init__(self, path: str, response: httpx.Response) -> None:
        self.code = str(response.json().get("code", "")) if _is_json(response) else ""
        super().__init__(f"{path}: {self.code or response.status_code}")


class Calls:
    """GET, and POST with an id of its own for each command."""

    def __init__(self, client: httpx.AsyncClient, url: str) -> None:
        self._client = client
        self._url = url

    async def get(self, path: str) -> Any:
        """Look something up."""
        return _body(path, await self._client.get(self._url + path))

    async def command(self, path: str, **body: Any) -> Any:
        """Ask for something to be done, once."""
        return await self.post(path, command_id=new_id(), **body)

    async def post(self, path: str, **body: Any) -> Any:
        """Send a body as it is."""
        return _body(path, await self._client.post(self._url + path, json=body))

    async def delete(self, path: str) -> Any:
        """Take something away."""
        return _body(path, await self._client.delete(self._url + path))


def _body(path: str, response: httpx.Response) -> Any:
    if response.status_code >= 400:
        raise CallRefused(path, response)
    return response.json() if response.content else None


def _is_json(response: httpx.Response) -> bool:
    return bool(response.headers.get("content-type", "").startswith("application/json"))
