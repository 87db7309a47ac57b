"""The store's own certificate authority: gateways are told its fingerprint and trust what it signs."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from hub.kernel.files import write_whole
from hub.kernel.keystore import Keystore

_KEY, _CERTIFICATE = "gateway authority key", "gateway authority certificate"
# A Pi without a clock battery may live in the past for a while: nothing begins later than this.
_BEGIN = datetime(2020, 1, 1, tzinfo=UTC)
_NEVER_BEFORE = datetime(2026, 1, 1, tzinfo=UTC)
_AUTHORITY_LASTS = timedelta(days=30 * 365)
_SERVER_LASTS = timedelta(days=5 * 365)


class Authority:
    """Its key is in the keystore, so a restored backup is still trusted by every gateway."""

    def __init__(self, keystore: Keystore, hub_id: str, now: datetime) -> None:
        self._hub_id = hub_id
        self._now = max(now, _NEVER_BEFORE)
        key, certificate = keystore.recall(_KEY), keystore.recall(_CERTIFICATE)
        if key is None or certificate is None:
            key, certificate = self._make()
            keystore.remember(_KEY, key)
            keystore.remember(_CERTIFICATE, certificate)
        self._key = cast(EllipticCurvePrivateKey, load_der_private_key(key, None))
        self._certificate = x509.load_der_x509_certificate(certificate)

    @property
    def fingerprint(self) -> bytes:
        """The SHA-256 of its certificate."""
        return self._certificate.fingerprint(hashes.SHA256())

    @property
    def certificate_pem(self) -> str:
        """What gateways trust."""
        return self._certificate.public_bytes(Encoding.PEM).decode()

    @staticmethod
    def ends(keystore: Keystore) -> datetime | None:
        """When no gateway believes this hub any more; None for a hub that never had an authority."""
        certificate = keystore.recall(_CERTIFICATE)
        return x509.load_der_x509_certificate(certificate).not_valid_after_utc if certificate else None

    def issue(self, path: Path) -> Path:
        """A fresh key and certificate for the hub's server, in one file that is its owner's alone."""
        key = generate_private_key(SECP256R1())
        certificate = self._sign(key, self._hub_id, is_authority=False)
        content = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        write_whole(path, content + certificate.public_bytes(Encoding.PEM))
        return path

    def _make(self) -> tuple[bytes, bytes]:
        key = generate_private_key(SECP256R1())
        self._key = key
        certificate = self._sign(key, f"{self._hub_id} gateways", is_authority=True)
        held = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        return held, certificate.public_bytes(Encoding.DER)

    def _sign(self, key: EllipticCurvePrivateKey, name: str, *, is_authority: bool) -> x509.Certificate:
        issuer = self._name(f"{self._hub_id} gateways")
        lasts = _AUTHORITY_LASTS if is_authority else _SERVER_LASTS
        builder = (
            x509.CertificateBuilder()
            .subject_name(self._name(name))
            .issuer_name(issuer)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(_BEGIN)
            .not_valid_after(self._now + lasts)
            .add_extension(
                x509.BasicConstraints(ca=is_authority, path_length=0 if is_authority else None), True
            )
        )
        if not is_authority:
            builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), False)
            builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False)
        return builder.sign(self._key, hashes.SHA256())

    @staticmethod
    def _name(common: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])
