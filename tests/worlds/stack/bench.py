"""The hand at the counter: the bench's API."""

from __future__ import annotations

from typing import Any

import httpx

SCANNERS = ("scanner-1", "scanner-2")
PRINTER = "printer-1"
COPY = "COPY"


class Bench:
    """Scans, paper, plugs and faults."""

    def __init__(self, url: str) -> None:
        self._http = httpx.Client(base_url=url, timeout=30)

    def close(self) -> None:
        """Hang up."""
        self._http.close()

    def scan(self, device_id: str, code: str) -> None:
        """Hold a code under a scanner that a gateway listens to."""
        assert self._post("/api/scan", {"device_id": device_id, "code": code})["heard"]

    def scan_unheard(self, device_id: str, code: str) -> None:
        """Hold a code under a scanner that nobody listens to."""
        self._post("/api/scan", {"device_id": device_id, "code": code})

    def suffer(self, device_id: str, kind: str, **numbers: int) -> None:
        """A fault, by its name."""
        self._post(f"/api/devices/{device_id}/faults", {"fault": {"type": kind, **numbers}})

    def heal(self, device_id: str) -> None:
        """Everything of it is right again."""
        _checked(self._http.delete(f"/api/devices/{device_id}/faults"))

    def heal_all(self) -> None:
        """Every device plugged and whole, every drawer shut."""
        for device in self.devices():
            self.heal(device["device_id"])
            if device["drawer"] is not None:
                self._post(f"/api/devices/{device['device_id']}/drawer", {"open": False})

    def plan(self, device_id: str, choice: str) -> None:
        """What the customers at a payment terminal do from now on; `hand` waits for `choose`."""
        self._post(f"/api/devices/{device_id}/plan", {"plan": {"choice": choice}})

    def choose(self, device_id: str, choice: str) -> None:
        """The customer at the terminal makes up their mind."""
        self._post(f"/api/devices/{device_id}/customer", {"choice": choice})

    def unplug(self, device_id: str) -> None:
        """Pull the plug."""
        self._post(f"/api/devices/{device_id}/unplug", {})

    def device(self, device_id: str) -> Any:
        """One device as one sees it."""
        return _checked(self._http.get(f"/api/devices/{device_id}"))

    def devices(self) -> list[Any]:
        """Every device."""
        found: list[Any] = _checked(self._http.get("/api/devices"))
        return found

    def all_connected(self) -> bool:
        """Whether a gateway holds every device."""
        return all(device["connected"] for device in self.devices())

    def papers(self, receipt_no: str) -> list[str]:
        """Every whole receipt of this number that came out, by its text: the barcode is its end."""
        found = _checked(self._http.get("/api/receipts"))
        return [paper["text"] for paper in found if _ends_with_barcode(paper, receipt_no)]

    def pieces(self, device_id: str) -> list[str]:
        """Every piece of paper that came off a printer, whatever is on it."""
        found = _checked(self._http.get("/api/receipts"))
        return [paper["text"] for paper in found if paper["device_id"] == device_id]

    def originals(self, receipt_no: str) -> list[str]:
        """Those that are not marked as copies."""
        return [text for text in self.papers(receipt_no) if COPY not in text]

    def copies(self, receipt_no: str) -> list[str]:
        """Those that are."""
        return [text for text in self.papers(receipt_no) if COPY in text]

    def _post(self, path: str, body: dict[str, Any]) -> Any:
        return _checked(self._http.post(path, json=body))


def _checked(response: httpx.Response) -> Any:
    assert response.status_code < 400, response.text
    return response.json() if response.content else None


def _ends_with_barcode(paper: Any, receipt_no: str) -> bool:
    return any(line["kind"] == "barcode" and line["data"] == receipt_no for line in paper["lines"])
