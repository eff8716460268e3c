"""The practice statement in a few lines, for the address that stands in every certificate."""

from divit.pki.authority import Authority

_TEST = """\
TEST. Bu sertifika hizmeti deneme amaçlıdır. Ürettiği sertifikalar nitelikli elektronik sertifika değildir;
hukuki geçerlilikleri yoktur, imza atmak için kullanılamazlar.

TEST. This certificate service exists for trial. What it issues is not qualified in law and must not be relied upon.
"""


def practice_statement(authority: Authority) -> str:
    """Plain text, Turkish first: what the policies are called and what their notices say."""
    lines = [_TEST] if authority.record.test else []
    for name, words in sorted(authority.record.policies.items()):
        lines.append(f"{name}: {words.policy}")
        if words.notice:
            lines.append(f"    {words.notice}")
    lines += [
        "",
        f"OCSP {authority.ocsp_url}",
        f"SİL / CRL {authority.crl_url}",
        f"Zaman damgası / TSA {authority.tsa_url}",
    ]
    return "\n".join(lines) + "\n"
