"""A private certificate authority, and a certificate of it for this machine and for VALR's own name.

For clients whose address is fixed to https://api.valr.com: with the name pointed at 127.0.0.1 and this CA trusted they
find the sandbox. The CA's key lies on this machine alone, readable by its owner; whoever has it can pose as any site to
a program that trusts the CA, so trust it in that one program, never in the system.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from valr_maker.errors import UsageProblem

HOSTS = ("localhost", "127.0.0.1", "::1", "api.valr.com")
CA_DAYS, SERVER_DAYS, RENEW_DAYS = 3650, 90, 14
"""A server certificate is made anew when it has less than RENEW_DAYS left."""
PRIVATE = 0o600


@dataclass(frozen=True, slots=True)
class Certificate:
    """Files in PEM: what a client must trust, and what the server shows and keeps."""

    ca: Path
    chain: Path
    key: Path


def folder_of(environment: Mapping[str, str]) -> Path:
    """Below $XDG_DATA_HOME, or ~/.local/share."""
    given = environment.get("XDG_DATA_HOME", "").strip()
    return (Path(given) if given else Path.home() / ".local" / "share") / "valr-maker" / "sandbox-tls"


def certificate(folder: Path, hosts: Sequence[str], now_s: float) -> Certificate:
    """The files, made where they are missing, nearly expired, or for other hosts. Raises UsageProblem."""
    made = Certificate(folder / "ca.pem", folder / "server.pem", folder / "server.key")
    wanted = tuple(dict.fromkeys((*HOSTS, *hosts)))
    now = datetime.fromtimestamp(now_s, UTC)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        authority, authority_key = _authority(folder, now)
        if not _serves(made, authority, wanted, now):
            _make_server(made, authority, authority_key, wanted, now)
    except (OSError, ValueError, TypeError) as problem:
        raise UsageProblem(
            f"no certificate can be kept in {folder}: {problem}",
            remedy="Name another folder with --tls-dir, or empty this one: everything in it is made anew",
        ) from problem
    return made


def _authority(folder: Path, now: datetime) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    """The CA that is there, or a new one."""
    pem, key_file = folder / "ca.pem", folder / "ca.key"
    if pem.exists() and key_file.exists():
        known = x509.load_pem_x509_certificate(pem.read_bytes())
        key = serialization.load_pem_private_key(key_file.read_bytes(), None)
        if isinstance(key, ec.EllipticCurvePrivateKey) and known.not_valid_after_utc > now + timedelta(
            days=SERVER_DAYS
        ):
            return known, key
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "valr-maker sandbox CA: play money, this machine only")])
    made = (
        _builder(name, name, key.public_key(), now, CA_DAYS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    _write_key(key_file, key)
    pem.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    return made, key


def _make_server(
    files: Certificate,
    authority: x509.Certificate,
    authority_key: ec.EllipticCurvePrivateKey,
    hosts: Sequence[str],
    now: datetime,
) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "valr-maker sandbox")])
    made = (
        _builder(subject, authority.subject, key.public_key(), now, SERVER_DAYS)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName([_name(host) for host in hosts]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(authority_key, hashes.SHA256())
    )
    _write_key(files.key, key)
    both = (made.public_bytes(serialization.Encoding.PEM), authority.public_bytes(serialization.Encoding.PEM))
    files.chain.write_bytes(b"".join(both))


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, now: datetime, days: int
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=days))
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True, content_commitment=False, key_encipherment=False, data_encipherment=False,
        key_agreement=False, key_cert_sign=signs_certificates, crl_sign=signs_certificates, encipher_only=False,
        decipher_only=False,
    )  # fmt: skip


def _serves(files: Certificate, authority: x509.Certificate, hosts: Sequence[str], now: datetime) -> bool:
    """Whether the certificate that is there will do: of this CA, for these hosts, and good for a while."""
    if not files.chain.exists() or not files.key.exists():
        return False
    known = x509.load_pem_x509_certificate(files.chain.read_bytes())
    names = known.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    try:
        known.verify_directly_issued_by(authority)
    except (ValueError, TypeError, InvalidSignature):  # of another CA
        return False
    return known.not_valid_after_utc > now + timedelta(days=RENEW_DAYS) and set(names) == set(map(_name, hosts))


def _name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _write_key(path: Path, key: ec.EllipticCurvePrivateKey) -> None:
    """For its owner's eyes alone, from the first byte on."""
    text = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE)
    with os.fdopen(descriptor, "wb") as file:
        file.write(text)
