"""What administrators, finance and reviewers of the tenant wrote down: changes, tickets, refunds, keys, roles, snapshots."""
import json
from datetime import timedelta

from traffic import REVOKED, ROUTE_CHANGE
from world import APPS, GATEWAY, GROUPS, ORG, PROJECT, iso, price

ADMIN_COLUMNS = ["audit_event_id", "actor_id", "actor_role", "actor_ip", "organization_id", "target_type", "target_id", "action", "before",
                 "after", "reason", "request_id", "created_at", "ticket_id", "approved_by", "amount", "currency"]
TICKET_COLUMNS = ["ticket_id", "title", "state", "resource_type", "resource_id", "requested_by", "approver", "created_at", "approved_at",
                  "closed_at", "deployment", "rollback"]
SETTLEMENT_COLUMNS = ["settlement_id", "type", "amount", "currency", "settled_at", "request_id", "response_id", "trace_id",
                      "approval_event_id", "approved_by", "reason", "state"]
ADMIN, TICKETS, SETTLEMENTS = "gateway/admin-audit.csv", "grc/tickets.csv", "billing/settlements.csv"
LITELLM, OPENAI, SNAPSHOTS = "litellm/audit.jsonl", "openai/audit.json", "config/snapshots.jsonl"


class Govern:
    def __init__(self, w, traffic, calls):
        self.w, self.traffic, self.calls = w, traffic, calls
        self.changes, self.ntickets = [], 1400  # (time, path, value): what the snapshots must show

    def day(self, n, hour, minute=0):
        return self.w.start + timedelta(days=n, hours=hour, minutes=minute)

    def ticket(self, t, kind, resource, state="approved"):
        self.ntickets += 1
        tid = "CHG-%d" % self.ntickets
        done = state == "approved"
        row = [tid, "Change of %s" % resource, state, kind, resource, "platform1@example.org",
               "platform-head@example.org" if done else "", iso(t - timedelta(hours=20), 0), iso(t - timedelta(hours=2), 0) if done else "",
               iso(t + timedelta(minutes=20), 0) if done else "", "dep-%d" % self.ntickets, "rb-%d" % self.ntickets]
        self.w.add("tickets", TICKETS, row, {"ticket_id": tid}, t, kind="ticket")
        return tid

    def admin(self, t, action, kind, target, before, after, ticket="", request="", approved="", amount="", **truth):
        eid = "ae-" + self.w.hex(8)
        row = [eid, "user-platform1" if not amount else "user-finance2", "owner" if not amount else "billing_admin", "198.51.100.20", ORG, kind,
               target, action, json.dumps(before) if before else "", json.dumps(after) if after else "", "planned_change", request, iso(t, 0),
               ticket, approved, amount, "USD" if amount else ""]
        uid = self.w.add("gateway-admin", ADMIN, row, {"audit_event_id": eid}, t, kind="audit_event", **truth)
        return eid, uid

    def litellm(self, t, table, obj, action, before, after, ticket):
        eid = self.w.uuid()
        row = {"id": eid, "updated_at": iso(t), "changed_by": "platform1@example.org", "changed_by_api_key": "litellm_proxy_master_key",
               "action": action, "table_name": table, "object_id": obj, "before_value": json.dumps(before),
               "updated_values": json.dumps(dict(after, metadata={"ticket": ticket}))}
        return self.w.add("litellm-audit", LITELLM, row, {"id": eid}, t, kind="audit_event")

    def openai(self, t, kind, body):
        eid = "audit_log-" + self.w.hex(16)
        row = {"object": "organization.audit_log", "id": eid, "type": kind, "effective_at": int(t.timestamp()),
               "project": {"id": PROJECT, "name": "Heron"},
               "actor": {"type": "session", "session": {"user": {"id": "user-7", "email": "platform1@example.org"},
                                                        "ip_address": "198.51.100.7", "user_agent": "Mozilla/5.0 Firefox/128.0"}}}
        if body:
            row[kind] = body
        return self.w.add("openai-audit", OPENAI, row, {"id": eid}, t, kind="audit_event")

    def run(self):
        self.config()
        self.key_life()
        self.refunds()
        self.snapshots()

    def config(self):
        w = self.w
        t = self.day(0, 6)
        self.admin(t, "budget.update", "budget", "team-support", {"limit": 500}, {"limit": 800}, self.ticket(t, "budget", "team-support"))
        self.changes.append((t, ("budgets", "team-support", "limit"), 800))
        t = w.start + ROUTE_CHANGE
        _, uid = self.admin(t, "routing.update", "route", "chat-premium", {"fallback": "none", "version": "v11"},
                            {"fallback": "chat-eu", "version": "v12"}, self.ticket(t, "route", "chat-premium"))
        self.changes += [(t, ("routes", "chat-premium", "fallback"), "chat-eu"), (t, ("routes", "chat-premium", "version"), "v12")]
        for e in w.explain:
            if e["by"] == "route":
                e["by"] = uid
        t = self.day(2, 10)
        self.litellm(t, "LiteLLM_TeamTable", "team-fin", "updated", {"max_budget": 50}, {"max_budget": 80}, self.ticket(t, "team", "team-fin"))
        self.changes.append((t, ("teams", "team-fin", "max_budget"), 80))
        if w.planted("change-unapproved"):
            t = self.day(2, 15)
            eid, _ = self.admin(t, "routing.update", "route", "chat-fast", {"version": "v3"}, {"version": "v4"})
            self.changes.append((t, ("routes", "chat-fast", "version"), "v4"))
            w.finding("change-unapproved", eid, why="no ticket")
            t = self.day(3, 9)
            eid, _ = self.admin(t, "budget.update", "budget", "team-search", {"limit": 300}, {"limit": 350},
                                self.ticket(t, "budget", "team-search", "open"))
            self.changes.append((t, ("budgets", "team-search", "limit"), 350))
            w.finding("change-unapproved", eid, why="its ticket is open")
        if w.planted("missing-audit-event"):
            self.changes.append((self.day(3, 20), ("budgets", "team-fin", "limit"), 900))
            w.finding("missing-audit-event", "team-fin", path="/budgets/team-fin/limit")
        if w.planted("ticket-without-change"):
            w.finding("ticket-without-change", self.ticket(self.day(2, 18), "route", "chat-eu"))

    def key_life(self):
        w, old = self.w, self.w.keys[4]
        t = w.start + REVOKED
        for i in range(6):
            self.openai(self.day(i % 5, 7 + i), "login.succeeded", None)
        t0 = self.day(0, 8)
        self.ticket(t0, "api_key", w.keys[3]["provider_key"])
        self.openai(t0, "api_key.created", {"id": w.keys[3]["provider_key"], "data": {"scopes": ["api.model.request"]}})
        self.revoked = self.litellm(t, "LiteLLM_VerificationToken", old["hash"], "deleted", {"key_alias": old["alias"]},
                                    {"key_alias": old["alias"]}, self.ticket(t, "key", old["alias"]))
        self.ticket(t + timedelta(minutes=2), "api_key", old["provider_key"])
        self.openai(t + timedelta(minutes=2), "api_key.deleted", {"id": old["provider_key"]})
        if w.planted("revoked-key-use"):
            uses = []
            for h in (3, 4.5):
                c = self.traffic.new(t + timedelta(hours=h), "chat-premium", old)
                self.calls.attempt(c, c.t)
                self.traffic.tell(c)
                uses += c.attempts[-1]["uids"][:1]
            w.finding("revoked-key-use", old["alias"], key=old, uses=uses)

    def refunds(self):
        """Refunds of calls that were served, each by another id, released by somebody else than who asked."""
        w = self.w
        served = [c for c in self.traffic.originals if c.whole and c.attempts[-1]["known"] and c.seen()
                  and not c.attempts[-1].get("served_again") and not c.attempts[-1].get("replayed")]
        for i, c in enumerate(served[:4]):
            a, t, sid = c.attempts[-1], self.day(4, 9 + i), "st-" + w.hex(8)
            amount = "%.8f" % (price(a["model"], a["in"], a["out"], a["cached"]) * w.rng.randint(3, 9) / 10)
            ids = [[a["call_id"], "", ""], ["", a["rid"], ""], ["", "", c.trace], [a["call_id"], "", ""]][i]
            event, approver, uid = "", "", None
            unapproved = i == 3 and w.planted("refund-unapproved")
            released = amount
            if i == 3 and not unapproved:
                break
            if i == 2 and w.planted("refund-mismatch"):
                released = "9.99"
                w.finding("refund-mismatch", sid)
            if unapproved:
                w.finding("refund-unapproved", sid)
            else:
                approver = "user-finance-head"
                event, uid = self.admin(t - timedelta(minutes=30), "refund.issue", "settlement", sid, None, {"amount": released}, "",
                                        a["call_id"], approver, released, cls="refund released", state="linked", attempt=(c, a))
                c.members.append(uid)
            row = [sid, "refund", amount if i % 2 else "-" + amount, "USD", iso(t, 0)] + ids + [event, approver, "quality_credit", "settled"]
            uid = w.add("settlements", SETTLEMENTS, row, {"settlement_id": sid}, t, kind="settlement", cls="settlement", state="linked",
                        attempt=(c, a))
            c.members.append(uid)
            c.entities = getattr(c, "entities", []) + [sid] + ([event] if event else [])

    def snapshots(self):
        w = self.w
        state = {"budgets": {t: {"limit": 500 if t != "team-search" else 300, "window": "30d"} for t in
                             ("team-support", "team-search", "team-fin")},
                 "teams": {"team-fin": {"max_budget": 50}},
                 "routes": {g: {"models": [m], "fallback": "none", "version": "v11" if g == "chat-premium" else "v3"}
                            for g, m in GROUPS.items()},
                 "roles": {"admin": ["keys.write", "logs.read"], "auditor": ["logs.read"]}}
        todo, version = sorted(self.changes, key=lambda x: x[0]), 1
        for i in range(6):
            t = w.start + timedelta(days=i, minutes=5) if i < 5 else w.end - timedelta(minutes=5)
            version += bool(todo and todo[0][0] < t)
            while todo and todo[0][0] < t:
                _, path, value = todo.pop(0)
                at = state
                for p in path[:-1]:
                    at = at[p]
                at[path[-1]] = value
            row = {"snapshot_id": "cfg-%d" % (i + 1), "captured_at": iso(t, 0), "system": GATEWAY, "payload_logging": "metadata",
                   "retention_days": 90, "config_version": "c%d" % version, "captured_by": "job:config-export", "environment": "prod",
                   "settings": json.loads(json.dumps(state))}
            w.add("config", SNAPSHOTS, row, {"snapshot_id": row["snapshot_id"]}, t, kind="config_snapshot")

    def inventory(self):
        w = self.w
        keys = [["key_id", "alias", "key_hash", "owner", "owner_type", "app", "team", "environment", "cost_center", "project_id",
                 "created_at", "expires_at", "last_used_at", "state"]]
        for i, k in enumerate(w.keys):
            _, team, centre = APPS[k["app"]]
            keys.append([k["provider_key"], k["alias"], k["hash"], team, "team", k["app"], team, "prod", centre, PROJECT,
                         iso(self.day(0, 8) if i == 3 else w.start - timedelta(days=90), 0), "", "", "active" if i < 4 else "revoked"])
        review = [["reviewed_at", "system", "principal", "principal_type", "role", "log_scope", "state", "last_used_at"]]
        for i in range(8):
            review.append([iso(self.day(4, 9), 0), ["gateway", "openai", "log-store"][i % 3], "member%d@example.org" % i, "human",
                           ["viewer", "admin", "auditor", "finance"][i % 4], "metadata", "keep", iso(self.day(i % 4, 11), 0)])
        return keys, review
