"""The bank's server-to-server interface: CC5Request in, CC5Response out."""

import json
import re
import secrets
import sqlite3
from typing import cast
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from divit.world.bank import books
from divit.world.context import world_of
from divit.world.failures import disturbed, take
from divit.world.registry import client

_STATES = {"pending": "PN", "charged": "A", "declined": "D", "voided": "V"}


async def api(request: Request) -> Response:
    """`/bank/fim/api`: DATA=<CC5Request>…; inquiry, Void, Credit."""
    world = world_of(request)
    if (trouble := await disturbed(world, "bank")) is not None:
        return trouble
    form = await request.form()
    asked = _read(str(form.get("DATA", "")))
    if asked is None:
        return _xml({"Response": "Error", "ProcReturnCode": "99", "ErrMsg": "Invalid XML"})
    with world.store.read() as db:
        shop = client(db, "bank", asked.get("ClientId", ""))
    if shop is None or not _opens(shop, asked):
        return _xml({"Response": "Error", "ProcReturnCode": "99", "ErrMsg": "Invalid user or password"})
    if asked.get("Extra.ORDERSTATUS") == "QUERY":
        if take(world, "bank", "inquiry_down"):
            return Response("Service Unavailable", 503)
        with world.store.read() as db:
            return _xml(_inquiry(db, shop["id"], asked["OrderId"]))
    if take(world, "bank", "void_refused"):
        return _xml({"Response": "Error", "ProcReturnCode": "99", "ErrMsg": "Gun sonu yapildi"})
    with world.store.write() as db:
        match asked.get("Type"):
            case "Void":
                return _xml(_void(db, shop["id"], asked["OrderId"]))
            case "Credit":
                return _xml(_credit(db, shop["id"], asked["OrderId"], asked.get("Total", "")))
    return _xml({"Response": "Error", "ProcReturnCode": "99", "ErrMsg": "Unknown type"})


def _read(text: str) -> dict[str, str] | None:
    # No document type, hence no entities: nothing to expand.
    if "<!" in text or len(text) > 20_000:
        return None
    try:
        root = ElementTree.fromstring(text)  # noqa: S314 - document types are refused above
    except ElementTree.ParseError:
        return None
    flat = {child.tag: child.text or "" for child in root if child.tag != "Extra"}
    extra = root.find("Extra")
    return flat | {f"Extra.{child.tag}": child.text or "" for child in (extra if extra is not None else [])}


def _opens(shop: sqlite3.Row, asked: dict[str, str]) -> bool:
    facts = cast(dict[str, str], json.loads(shop["facts"]))
    user = secrets.compare_digest(asked.get("Name", "").encode(), facts.get("api_user", "").encode())
    password = secrets.compare_digest(asked.get("Password", "").encode(), facts.get("api_password", "").encode())
    return user and password and "OrderId" in asked


def _inquiry(db: sqlite3.Connection, client_id: str, oid: str) -> dict[str, str]:
    known = books.order(db, client_id, oid)
    if known is None:
        error = f"No record found for {oid}"
        return {"OrderId": oid, "Response": "Declined", "ProcReturnCode": "99", "ErrMsg": error, "TransId": ""}
    returned = known["refunded"] >= known["kurus"]
    return {
        "OrderId": oid,
        "Response": "Approved",
        "ProcReturnCode": "00",
        "ErrMsg": f"Record(s) found for {oid}",
        "TransId": known["trans_id"],
        "Extra.TRANS_STAT": _STATES[known["status"]],
        "Extra.CHARGE_TYPE_CD": "C" if returned else "S",
        "Extra.ORIG_TRANS_AMT": str(known["kurus"]),
        "Extra.CAPTURE_AMT": str(known["kurus"] if known["status"] == "charged" else 0),
        "Extra.PROC_RET_CD": known["proc_return_code"],
        "Extra.AUTH_CODE": known["auth_code"],
        "Extra.PAN": known["card"],
        "Extra.MDSTATUS": books.md_status(known),
        "Extra.NUMCODE": "00",
    }


def _void(db: sqlite3.Connection, client_id: str, oid: str) -> dict[str, str]:
    known = books.order(db, client_id, oid)
    if known is None or known["status"] != "charged" or known["refunded"]:
        return {"OrderId": oid, "Response": "Error", "ProcReturnCode": "99", "ErrMsg": "Iptal edilecek islem yok"}
    db.execute("UPDATE bank_order SET status='voided' WHERE client_id=? AND oid=?", (client_id, oid))
    return _given_back(db, known, kind="void", kurus=known["kurus"])


def _credit(db: sqlite3.Connection, client_id: str, oid: str, total: str) -> dict[str, str]:
    known = books.order(db, client_id, oid)
    amount = int(total.replace(".", "")) if re.fullmatch(r"\d{1,9}\.\d{2}", total) else 0
    if known is None or known["status"] != "charged" or not 0 < amount <= known["kurus"] - known["refunded"]:
        return {"OrderId": oid, "Response": "Error", "ProcReturnCode": "99", "ErrMsg": "Iade edilemez"}
    db.execute("UPDATE bank_order SET refunded=refunded+? WHERE client_id=? AND oid=?", (amount, client_id, oid))
    return _given_back(db, known, kind="refund", kurus=amount)


def _given_back(db: sqlite3.Connection, known: sqlite3.Row, *, kind: str, kurus: int) -> dict[str, str]:
    trans_id = f"26{secrets.token_hex(8).upper()}"
    books.enter(db, kind=kind, client_id=known["client_id"], oid=known["oid"], kurus=kurus, trans_id=trans_id)
    return {"OrderId": known["oid"], "Response": "Approved", "ProcReturnCode": "00", "ErrMsg": "", "TransId": trans_id}


def _xml(fields: dict[str, str]) -> Response:
    flat = "".join(f"<{k}>{escape(v)}</{k}>" for k, v in fields.items() if not k.startswith("Extra."))
    extra = "".join(f"<{k[6:]}>{escape(v)}</{k[6:]}>" for k, v in fields.items() if k.startswith("Extra."))
    body = f'<?xml version="1.0" encoding="UTF-8"?><CC5Response>{flat}<Extra>{extra}</Extra></CC5Response>'
    return Response(body, media_type="text/xml")


routes = [Route("/bank/fim/api", api, methods=["POST"])]
