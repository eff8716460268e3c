"""Other systems for issuance.py: django-ca in an environment of its own, and the openssl command."""

import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from peers import peer, tool

_REQUIREMENTS = ("django-ca==3.2.0",)
_SETTINGS = """
import os
SECRET_KEY = "x" * 50
INSTALLED_APPS = ["django.contrib.auth", "django.contrib.contenttypes", "django_ca"]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": os.environ["BENCH_DB"]}}
USE_TZ = True
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    "django-ca": {"BACKEND": "django.core.files.storage.FileSystemStorage",
                  "OPTIONS": {"location": os.environ["BENCH_FILES"], "file_permissions_mode": 0o600}},
}
CA_DEFAULT_HOSTNAME = "status.example.org"
CA_USE_CELERY = False
ROOT_URLCONF = "bench_urls"
"""
_URLS = """
from django.urls import include, path
urlpatterns = [path("django_ca/", include("django_ca.urls"))]
"""
# Its own model's method, one certificate after the other, as its documentation shows.
_RUN = """
import os, sys, time
import django
django.setup()
from cryptography import x509
from django.core.management import call_command
from django.db import transaction
from django_ca.key_backends import key_backends
from django_ca.models import Certificate, CertificateAuthority
call_command("migrate", verbosity=0)
if not CertificateAuthority.objects.exists():
    call_command("init_ca", "bench", "CN=Bench", key_type="EC", elliptic_curve="secp256r1", verbosity=0)
ca = CertificateAuthority.objects.get()
backend = key_backends[ca.key_backend_alias]
options = backend.get_use_private_key_options(ca, {})
requests = x509.load_pem_x509_csr
folder = os.environ["BENCH_REQUESTS"]
names = sorted(os.listdir(folder))[: int(sys.argv[1])]
read = [x509.load_der_x509_csr(open(os.path.join(folder, name), "rb").read()) for name in names]
begun = time.perf_counter()
with transaction.atomic():
    for request in read:
        assert request.is_signature_valid
        Certificate.objects.create_cert(ca, options, request, subject=request.subject)
print(len(read) / (time.perf_counter() - begun))
"""


def _request(number: int) -> x509.CertificateSigningRequest:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"kisi{number}.example.org")])
    key = ec.generate_private_key(ec.SECP256R1())
    return x509.CertificateSigningRequestBuilder().subject_name(name).sign(key, hashes.SHA256())


class DjangoCa:
    """django-ca with a P-256 authority on SQLite, which it proposes; all of a run in one transaction: its best case."""

    version = _REQUIREMENTS[0].partition("==")[2]

    def __enter__(self) -> Self:
        self._python = peer(*_REQUIREMENTS)
        self._folder = Path(tempfile.mkdtemp(prefix="divit-bench-"))
        for name in ("requests", "files"):
            (self._folder / name).mkdir()
        (self._folder / "bench_settings.py").write_text(_SETTINGS)
        (self._folder / "bench_urls.py").write_text(_URLS)
        (self._folder / "run.py").write_text(_RUN)
        for number in range(300):
            (self._folder / "requests" / f"{number:04d}").write_bytes(_request(number).public_bytes(Encoding.DER))
        return self

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)

    def rate(self, count: int) -> float:
        """Certificates a second; 0 where it cannot be had."""
        if self._python is None:
            return 0.0
        environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "bench_settings",
            "PYTHONPATH": str(self._folder),
            "BENCH_DB": str(self._folder / "db.sqlite3"),
            "BENCH_FILES": str(self._folder / "files"),
            "BENCH_REQUESTS": str(self._folder / "requests"),
        }
        command = [str(self._python), str(self._folder / "run.py"), str(count)]
        done = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True)
        return float(done.stdout.split()[-1])


_CONFIGURATION = """
[ca]
default_ca = bench
[bench]
dir = {folder}
database = $dir/index.txt
serial = $dir/serial
new_certs_dir = $dir/certs
certificate = $dir/ca.pem
private_key = $dir/ca.key
default_md = sha256
default_days = 365
policy = any
x509_extensions = holder
unique_subject = no
[any]
commonName = supplied
[holder]
basicConstraints = CA:FALSE
keyUsage = critical, nonRepudiation
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
"""


class OpensslCa:
    """`openssl ca` with many requests in one call: its fastest way; its index is a text file."""

    def __enter__(self) -> Self:
        self._openssl = tool("openssl")
        self._folder = Path(tempfile.mkdtemp(prefix="divit-bench-"))
        (self._folder / "certs").mkdir()
        (self._folder / "ca.cnf").write_text(_CONFIGURATION.format(folder=self._folder))
        self._run("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", "ca.key")
        self._run("req", "-new", "-x509", "-key", "ca.key", "-subj", "/CN=Bench", "-days", "3650", "-out", "ca.pem")
        for number in range(300):
            (self._folder / f"{number:04d}.csr").write_bytes(_request(number).public_bytes(Encoding.PEM))
        self.version = self._run("version").strip()
        return self

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)

    def _run(self, *told: str) -> str:
        if self._openssl is None:
            return "openssl is not here"
        command = [str(self._openssl), *told]
        done = subprocess.run(command, cwd=self._folder, check=True, capture_output=True, text=True)
        return done.stdout

    def rate(self, count: int) -> float:
        """Certificates a second; 0 where it cannot be had."""
        if self._openssl is None:
            return 0.0
        (self._folder / "index.txt").write_text("")
        (self._folder / "serial").write_text("01\n")
        requests = [f"{number:04d}.csr" for number in range(count)]
        begun = time.perf_counter()
        self._run("ca", "-config", "ca.cnf", "-batch", "-notext", "-outdir", "certs", "-infiles", *requests)
        return count / (time.perf_counter() - begun)
