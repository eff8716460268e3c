"""What docs/pki says is what the code does."""

import re
from pathlib import Path

import pytest
import yaml

from divit.pki import ocsp, profiles, timestamps
from divit.pki.profiles import Profile
from tests.pki_authority import PLAN

DOCS = Path(__file__).resolve().parents[3] / "docs/pki"
EXTENSIONS = {
    profiles.AUTHORITY_KEY_IDENTIFIER: "authorityKeyIdentifier",
    profiles.SUBJECT_KEY_IDENTIFIER: "subjectKeyIdentifier",
    profiles.KEY_USAGE: "keyUsage",
    profiles.CERTIFICATE_POLICIES: "certificatePolicies",
    profiles.BASIC_CONSTRAINTS: "basicConstraints",
    profiles.CRL_DISTRIBUTION_POINTS: "cRLDistributionPoints",
    profiles.AUTHORITY_INFORMATION: "authorityInfoAccess",
    profiles.QC_STATEMENTS: "qcStatements",
    profiles.EXTENDED_KEY_USAGE: "extKeyUsage",
    profiles.OCSP_NO_CHECK: "ocsp-nocheck",
}
BITS = {0: "digitalSignature", 1: "nonRepudiation", 5: "keyCertSign", 6: "cRLSign"}


def row(profile: Profile) -> str:
    extensions = ", ".join(EXTENSIONS[e] + ("!" if e in profile.critical else "") for e in profile.extensions)
    usage = " ".join(BITS[bit] for bit in sorted(profile.key_usage))
    keys = " ".join(sorted(profile.keys))
    return f"| `{profile.id}` | {keys} | {profile.most_days} | {usage} | {extensions} |"


@pytest.mark.parametrize("profile", profiles.every(), ids=lambda profile: profile.id)
def test_the_table_of_profiles_is_true(profile: Profile) -> None:
    assert row(profile) in (DOCS / "profiles.md").read_text(encoding="utf-8")


def test_the_table_names_no_profile_that_does_not_exist() -> None:
    named = re.findall(r"^\| `([a-z0-9-]+@\d+)` \|", (DOCS / "profiles.md").read_text(encoding="utf-8"), re.M)
    assert sorted(named) == sorted(profile.id for profile in profiles.every())


def test_the_statements_of_each_holder_profile_are_listed() -> None:
    text = (DOCS / "profiles.md").read_text(encoding="utf-8")
    for profile in (profiles.ETSI_TR, profiles.KAMUSM_2022):
        for statement in profile.qc_statements:
            assert f"`{statement}`" in text


def test_the_figures_of_ocsp_and_time_stamps_are_true() -> None:
    text = (DOCS / "profiles.md").read_text(encoding="utf-8")
    assert f"at most {ocsp.MOST_QUESTIONS} questions" in text
    assert f"{ocsp.MOST_OCTETS} octets" in text
    assert f"{timestamps.MOST_OCTETS} octets" in text


def test_every_line_of_the_plan_is_explained() -> None:
    text = (DOCS / "ceremony.md").read_text(encoding="utf-8")
    plan = yaml.safe_load(PLAN.read_text(encoding="utf-8"))
    assert [key for key in plan if f"| `{key}` |" not in text] == []


def test_no_test_authority_claims_to_be_qualified() -> None:
    assert profiles.LEGAL_SENTENCE not in PLAN.read_text(encoding="utf-8")
    assert "is not qualified in law" in (DOCS / "profiles.md").read_text(encoding="utf-8")
