"""Hand-made exports with obvious truth for chains.t: chains_make.py clean|planted, into the current folder."""
import csv
import json
import sys

PLANTED = sys.argv[1] == "planted"
DAY = "2026-06-0%dT%s:00Z"


def rows(name, table):
    with open(name, "w", newline="") as f:
        csv.writer(f).writerows(table)


def lines(name, docs):
    with open(name, "w") as f:
        f.write("".join(json.dumps(d) + "\n" for d in docs))


def event(ident, action, target_type, target, when, actor="kim@example.org", **more):
    return dict({"audit_event_id": ident, "actor_id": actor, "actor_role": "owner", "actor_ip": "203.0.113.9", "organization_id": "org-1",
                 "target_type": target_type, "target_id": target, "action": action, "before": {"cap": 1}, "after": {"cap": 2}, "reason": "planned",
                 "request_id": None, "created_at": when}, **more)


# ---- requests: a gateway's log as CSV, mapped by chains.yaml ----
requests = [["request_id", "time", "key_id", "status", "cost", "currency", "app", "team", "cost_center", "model", "provider"]]


def request(ident, when, key="key_a", status=200, cost="0.05", currency="usd", app="bot", team="t-1", centre="CC-1"):
    requests.append([ident, when, key, status, cost, currency, app, team, centre, "gpt-4.1", "openai"])


settlements = [["settlement_id", "type", "amount", "currency", "settled_at", "request_id", "invoice_id", "approval_event_id", "approved_by", "reason",
                "state", "created_by", "customer_id", "line_item"]]


def settle(ident, kind, amount, currency="usd", when=DAY % (5, "10:00"), req="", invoice="", approval="", by="", reason="goodwill", state="settled",
           creator="kim@example.org", customer="", item=""):
    settlements.append([ident, kind, amount, currency, when, req, invoice, approval, by, reason, state, creator, customer, item])


events, tickets, keys = [], [["ticket_id", "title", "state", "requested_by", "approver", "created_at", "closed_at", "deployment", "rollback", "resource_type", "resource_id"]], []


def ticket(ident, state, approver="lea@example.org", opened=DAY % (1, "08:00"), closed=DAY % (2, "08:00"), deployment="dep-" , rollback="rb-1", resource=""):
    tickets.append([ident, "t", state, "kim@example.org", approver, opened, closed, deployment and deployment + ident, rollback, resource and "budget", resource])


# A refund in order: failed call, its bucket, its charge, its approval.
request("r-good", DAY % (4, "10:20"), status=500)
settle("CH-good", "charge", "0.05", req="r-good", when=DAY % (4, "11:00"), reason="")
settle("RF-good", "refund", "-0.05", req="r-good", approval="ae-good", reason="request_failed")
events.append(event("ae-good", "refund.approve", "settlement", "RF-good", DAY % (5, "09:00"), "lea@example.org", amount="0.05", currency="usd"))
# Two equal parts of one refund that are no more than the cost.
request("r-part", DAY % (4, "10:21"), status=500)
for i, part in enumerate(("-0.02", "-0.02")):
    settle("RF-part%d" % i, "refund", part, req="r-part", approval="ae-part%d" % i, reason="request_failed")
    events.append(event("ae-part%d" % i, "refund.approve", "settlement", "RF-part%d" % i, DAY % (5, "09:01"), "lea@example.org"))
settle("RF-pending", "refund", "-9", req="r-good2", state="pending")
request("r-good2", DAY % (4, "10:22"))
# Changes in order.
ticket("CHG-good", "approved")
events.append(event("ae-change", "quota.update", "budget", "b-1", DAY % (3, "08:00"), ticket="CHG-good"))
ticket("CHG-closed", "closed", opened=DAY % (1, "09:00"), closed=DAY % (4, "09:00"))
events.append(event("ae-closed", "routing.update", "route", "chat", DAY % (3, "09:00"), ticket="CHG-closed"))
events.append(event("ae-job", "routing.update", "route", "chat", DAY % (3, "10:00"), "job:nightly-router"))
events.append(event("ae-read", "key.list", "api_key", "key_a", DAY % (3, "10:30")))
ticket("CHG-open", "open", approver="", deployment="")
# A key in order, one rotated, one disabled for a while, one refused after its end.
keys += [{"key_id": k, "owner": "team-1", "owner_type": "team", "app": "bot", "team": "t-1", "cost_center": "CC-1", "alias": "same label",
          "created_at": "2026-05-01T00:00:00Z", "state": s} for k, s in
         (("key_a", "active"), ("key_new", "active"), ("key_old", "revoked"), ("key_pause", "active"), ("key_refused", "revoked"))]
for k in ("key_a", "key_new", "key_old", "key_pause"):
    request("r-" + k, DAY % (2, "12:00"), key=k)
ticket("CHG-keys", "approved", closed="2026-05-30T08:00:00Z")
key_events = [("ae-rot", "key.rotate", "key_old", DAY % (3, "12:00"), {"key_id": "key_old"}, {"key_id": "key_new"}),
              ("ae-rev", "key.revoke", "key_old", DAY % (4, "12:00"), None, None),
              ("ae-dis", "key.disable", "key_pause", DAY % (3, "12:00"), None, None),
              ("ae-ena", "key.enable", "key_pause", DAY % (4, "12:00"), None, None),
              ("ae-ref", "key.revoke", "key_refused", DAY % (3, "12:00"), None, None)]
for ident, action, key, when, before, after in key_events:
    events.append(event(ident, action, "api_key", key, when, ticket="CHG-keys", before=before, after=after))
request("r-overlap", DAY % (3, "13:00"), key="key_old")
request("r-paused", DAY % (5, "12:00"), key="key_pause")
request("r-refused", DAY % (5, "12:00"), key="key_refused", status=401, cost="")
# An invoice that adds up in two currencies, and a balance that does.
for currency, parts in (("usd", ("10.10", "-0.05", "0.000000001")), ("eur", ("5", "5"))):
    for i, part in enumerate(parts):
        settle("IN-%s%d" % (currency, i), "charge" if part[0] != "-" else "credit", part, currency, invoice="inv-1", approval="ae-inv")
settle("inv-1-usd", "invoice", "10.050000001", "usd", invoice="inv-1")
settle("inv-1-eur", "invoice", "10", "eur", invoice="inv-1")
events.append(event("ae-inv", "credit.approve", "invoice", "inv-1", DAY % (5, "09:00"), "lea@example.org"))
for ident, kind, amount, when, item in (("B-0", "other", "100", "08:00", "opening_balance"), ("B-1", "charge", "30.1", "08:10", ""),
                                        ("B-2", "credit", "-5", "08:20", ""), ("B-3", "other", "74.9", "08:30", "closing_balance")):
    settle(ident, kind, amount, when=DAY % (6, when), customer="cust-1", item=item, approval="ae-bal" if kind == "credit" else "")
events.append(event("ae-bal", "credit.approve", "credit", "B-2", DAY % (5, "09:00"), "lea@example.org"))

if PLANTED:
    # refund-unapproved, each state once
    for ident in ("r-u%d" % i for i in range(6)):
        request(ident, DAY % (4, "11:00"), status=500)
    settle("RF-none", "refund", "-0.05", req="r-u0")
    settle("RF-lost", "refund", "-0.05", req="r-u1", approval="ae-nowhere")
    settle("RF-self", "refund", "-0.05", req="r-u2", approval="ae-self")
    events.append(event("ae-self", "refund.approve", "settlement", "RF-self", DAY % (5, "09:00"), "kim@example.org"))
    settle("RF-late", "refund", "-0.05", req="r-u3", approval="ae-late")
    events.append(event("ae-late", "refund.approve", "settlement", "RF-late", DAY % (6, "09:00"), "lea@example.org"))
    settle("RF-refused", "refund", "-0.05", req="r-u4", approval="ae-refused")
    events.append(event("ae-refused", "refund.reject", "settlement", "RF-refused", DAY % (5, "09:00"), "lea@example.org"))

    # refund-unsettled: approved, and no row anywhere; one more that a row of another approval does not answer for; one that only asks
    events.append(event("ae-unpaid", "refund.issue", "settlement", "RF-unpaid", DAY % (5, "09:00"), "lea@example.org"))
    events.append(event("ae-again", "refund.issue", "request", "r-good", DAY % (5, "09:00"), "lea@example.org", request_id="r-good"))
    events.append(event("ae-asks", "refund.request", "settlement", "RF-asked", DAY % (5, "09:00"), "lea@example.org"))
    events.append(event("ae-limit", "credit_limit.update", "budget", "b-3", DAY % (3, "08:00"), ticket="CHG-good"))
    # refund-mismatch, each claim once, all approved
    def wrong(ident, req, amount="-0.05", currency="usd", reason="goodwill", **more):
        settle(ident, "refund", amount, currency, req=req, approval="ae-" + ident, reason=reason)
        events.append(event("ae-" + ident, "refund.approve", "settlement", ident, DAY % (5, "09:00"), "lea@example.org", **more))
    request("r-ok", DAY % (4, "12:00"))
    wrong("RF-ok", "r-ok", reason="request_failed")
    request("r-twice", DAY % (4, "12:01"), status=500)
    wrong("RF-twice1", "r-twice")
    wrong("RF-twice2", "r-twice")
    request("r-above", DAY % (4, "12:02"), status=500)
    wrong("RF-above", "r-above", "-0.0500001")
    request("r-eur", DAY % (4, "12:03"), status=500, currency="eur")
    wrong("RF-eur", "r-eur")
    wrong("RF-ghost", "r-ghost")
    request("r-amount", DAY % (4, "12:04"), status=500)
    settle("RF-amount", "refund", "-0.04", req="r-amount", approval="ae-RF-amount")
    events.append(event("ae-RF-amount", "refund.approve", "settlement", "RF-amount", DAY % (5, "09:00"), "lea@example.org", amount="0.03"))
    # approved by before and after alone, and for another request
    request("r-inside", DAY % (4, "12:05"), status=500)
    settle("RF-inside", "refund", "-0.04", req="r-inside", approval="ae-RF-inside")
    events.append(event("ae-RF-inside", "refund.approve", "settlement", "RF-inside", DAY % (5, "09:00"), "lea@example.org", before=None,
                        after={"amount": -0.004}))
    request("r-mine", DAY % (4, "12:06"), status=500)
    settle("RF-other", "refund", "-0.04", req="r-mine", approval="ae-RF-other")
    events.append(event("ae-RF-other", "refund.approve", "settlement", "RF-other", DAY % (5, "09:00"), "lea@example.org", before=None,
                        after={"amount": "0.040"}, request_id="r-good"))
    # change-unapproved, each state once
    plan = [("none", None), ("ghost", "CHG-ghost"), ("rejected", "CHG-rejected"), ("later", "CHG-later"), ("self", "CHG-self"),
            ("waiting", "CHG-waiting"), ("shut", "CHG-shut"), ("urgent", "CHG-urgent")]
    for name, ref in plan:
        events.append(event("ae-" + name, "quota.update", "budget", "b-2", DAY % (3, "14:00"),
                            reason="incident_mitigation" if name == "urgent" else "planned", **({"ticket": ref} if ref else {})))
    ticket("CHG-rejected", "rejected")
    ticket("CHG-later", "approved", closed=DAY % (3, "15:00"))
    ticket("CHG-urgent", "approved", closed=DAY % (3, "15:00"))
    ticket("CHG-self", "approved", approver="kim@example.org")
    ticket("CHG-waiting", "pending", deployment="")
    ticket("CHG-shut", "closed", closed=DAY % (2, "08:00"))
    # A ticket that one change names does not cover the next; one of another resource covers nothing.
    ticket("CHG-used", "approved", resource="b-7")
    events.append(event("ae-used", "quota.update", "budget", "b-7", DAY % (3, "08:00"), ticket="CHG-used"))
    events.append(event("ae-taken", "quota.update", "budget", "b-7", DAY % (4, "08:00")))
    ticket("CHG-b9", "approved", resource="b-9")
    events.append(event("ae-elsewhere", "quota.update", "budget", "b-8", DAY % (3, "08:00"), ticket="CHG-b9"))
    # ticket-without-change
    ticket("CHG-lonely", "implemented")
    # revoked-key-use: three uses after the end, one before
    keys += [{"key_id": "key_dead", "owner": "team-1", "owner_type": "team", "app": "bot", "team": "t-1", "cost_center": "CC-1",
              "created_at": "2026-05-01T00:00:00Z", "state": "revoked"},
             {"key_id": "key_early", "owner": "team-1", "owner_type": "team", "app": "bot", "team": "t-1", "cost_center": "CC-1",
              "created_at": DAY % (3, "00:00"), "state": "active"},
             {"key_id": "key_two", "owner": "team-1", "owner_type": "team", "app": "bot", "team": "t-1", "cost_center": "CC-9",
              "created_at": "2026-05-01T00:00:00Z", "state": "active"}]
    events.append(event("ae-dead", "key.revoke", "api_key", "key_dead", DAY % (3, "12:00"), ticket="CHG-keys"))
    for i, when in enumerate((DAY % (2, "12:00"), "2026-06-03T12:00:01.5Z", DAY % (4, "00:00"), DAY % (4, "12:00"))):
        request("r-dead%d" % i, when, key="key_dead")
    request("r-early", DAY % (2, "12:00"), key="key_early")
    request("r-unknown", DAY % (2, "12:00"), key="key_unknown")
    request("r-two", DAY % (2, "12:00"), key="key_two")
    # invoice and balance
    settle("IN-bad0", "charge", "0.1", invoice="inv-2")
    settle("IN-bad1", "charge", "0.2", invoice="inv-2")
    settle("inv-2-usd", "invoice", "0.31", invoice="inv-2")
    settle("B-4", "charge", "1.2", when=DAY % (6, "08:40"), customer="cust-1")
    settle("B-5", "other", "73.8", when=DAY % (6, "08:50"), customer="cust-1", item="closing_balance")

rows("requests.csv", requests)
rows("settlements.csv", settlements)
rows("tickets.csv", tickets)
lines("audit.jsonl", events)
lines("keys.jsonl", keys)
lines("usage.jsonl", [{"object": "page", "data": [{"object": "bucket", "start_time": 1780567200, "end_time": 1780570800, "results": [
    {"object": "organization.usage.completions.result", "input_tokens": 10, "output_tokens": 10, "num_model_requests": 9, "model": "gpt-4.1"}]}]}])
