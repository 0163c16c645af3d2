"""Five days of calls: every class of the trap lists at least twice, then a random mix."""
from datetime import timedelta

from calls import Call
from world import APPS, SONNET

LIMIT = ("429", "Rate limit reached, try again in 2 seconds", "RateLimitError")
DOWN = ("503", "Service unavailable", "ServiceUnavailableError")
GONE = ("408", "Request timed out after 30 seconds", "Timeout")
BLOCK = ("400", "Request blocked by guardrail", "GuardrailRaisedException")
KINDS = {"plain": 40, "bedrock": 14, "retry": 5, "fallback": 5, "throttled": 4, "hit": 8, "timeout": 3, "blocked": 3, "redacted": 5,
         "null_id": 2, "preview": 5, "agent": 4, "lost": 2, "untold": 3, "bare": 2}
FORMS = ["trace", "upper", "dashed", "traceparent", "call", "response", "provider"]
ROUTE_CHANGE = timedelta(days=1, hours=9, minutes=15)
REVOKED = timedelta(days=3, hours=12)


class Traffic:
    def __init__(self, w, calls):
        self.w, self.calls, self.all, self.agents = w, calls, [], []
        self.originals, self.form = [], 0

    def kinds(self, n):
        kinds = [k for k in KINDS for _ in range(2)]
        kinds += self.w.rng.choices(list(KINDS), list(KINDS.values()), k=max(0, n - len(kinds)))
        self.w.rng.shuffle(kinds)
        return kinds

    def run(self):
        w, n = self.w, self.w.ncalls
        step = (5 * 86400 - 5400) / n
        late = []
        for i, kind in enumerate(self.kinds(n)):
            t = w.start + timedelta(seconds=600 + i * step + w.rng.random() * step * 0.8)
            if kind == "fallback" and t < w.start + ROUTE_CHANGE + timedelta(hours=1):
                late.append(kind)
                kind = "plain"
            if kind == "hit" and not self.originals:
                late.append(kind)
                kind = "plain"
            if kind == "plain" and late and t > w.start + timedelta(days=2):
                kind = late.pop()
            self.one(t.replace(microsecond=t.microsecond // 1000 * 1000), kind)
        self.edges()
        self.mock_ids()
        self.free_ids()
        self.loose()

    def key(self, t):
        """svc-legacy is revoked on the fourth day; an hour before it nobody uses it any more."""
        keys = self.w.keys if t < self.w.start + REVOKED - timedelta(hours=1) else self.w.keys[:4]
        return self.w.rng.choice(keys)

    def new(self, t, group, key=None, trace=None):
        c = Call(self.w, t, key or self.key(t), group, trace)
        self.all.append(c)
        return c

    def one(self, t, kind):
        rng = self.w.rng
        group = {"bedrock": "chat-eu", "preview": "chat-preview", "fallback": "chat-premium"}.get(kind) or \
            rng.choice(["chat-premium", "chat-fast", "chat-fast"])
        getattr(self, kind, self.plain)(t, group)

    # ---- kinds ----

    def tell(self, c, cls=None, by=None):
        """The record of the application, with one of the sets of ids that applications log."""
        rng = self.w.rng
        if APPS[c.app][0] == "app-spans":
            return self.calls.span(c, by or rng.choice([("response",), ("call",), ("response", "call"), ("provider",), ()]), cls or "span")
        forms = [f for f in FORMS if not (f == "provider" and not c.attempts[-1]["preq"])
                 and not (f == "response" and not c.attempts[-1]["rid"])]
        self.form += 1
        return self.calls.event(c, by or forms[self.form % len(forms)])

    def plain(self, t, group):
        c = self.new(t, group)
        a = self.calls.attempt(c, t)
        self.tell(c)
        if a["provider"] == "openai" and a["rid"]:
            self.originals.append(c)

    def preview(self, t, group):
        self.plain(t, group)

    def bedrock(self, t, group):
        self.plain(t, group)

    def retry(self, t, group):
        c = self.new(t, group)
        shared = self.w.uuid() if self.w.rng.random() < 0.5 else None  # some versions keep the call id over retries
        first = self.calls.attempt(c, t, error=DOWN, call_id=shared)
        self.calls.attempt(c, first["end"] + timedelta(seconds=0.3), retries=1, call_id=shared)
        self.tell(c)

    def fallback(self, t, group):
        c = self.new(t, group)
        self.calls.attempt(c, t, error=LIMIT)
        a = self.calls.attempt(c, t + timedelta(seconds=0.28), SONNET, fallbacks=1)
        self.tell(c)
        self.w.explain.append({"id": a["call_id"] if a["known"] else a["rid"], "question": "model", "by": "route"})

    def throttled(self, t, group):
        c = self.new(t, group)
        a = self.calls.attempt(c, t, error=LIMIT, by_gateway=True)
        self.w.explain.append({"id": a["call_id"], "question": "throttled", "by": self.calls.quota(c, a)})
        self.tell(c)

    def hit(self, t, group):
        o = self.w.rng.choice(self.originals[-20:])
        if t < o.attempts[-1]["end"]:
            return self.plain(t, group)
        c = self.new(t, o.group)
        self.calls.attempt(c, t, hit=o.attempts[-1])
        o.attempts[-1]["served_again"] = True
        if c.seen():
            self.tell(c, "cached answer", None if APPS[c.app][0] == "app-events" else ("response",))
        else:  # the answer's id is all that is left, and it is the first call's
            c.whole = False
            uid = self.calls.event(c, "response", "cached answer, response id only")
            self.w.records[uid].update(state="ambiguous", accept=["unmatched"])
        return None

    def timeout(self, t, group):
        c = self.new(t, group)
        self.calls.attempt(c, t, error=GONE)
        self.tell(c)

    def blocked(self, t, group):
        c = self.new(t, group)
        a = self.calls.attempt(c, t, error=BLOCK, blocked=True, by_gateway=True)
        v = self.calls.verdict(c, a, "blocked", "call")
        self.w.explain.append({"id": a["call_id"], "question": "blocked", "by": v})
        self.tell(c)

    def redacted(self, t, group):
        c = self.new(t, group)
        a = self.calls.attempt(c, t)
        self.calls.verdict(c, a, "redacted", self.w.rng.choice(["call", "response", "trace"]))
        self.tell(c)

    def null_id(self, t, group):
        c = self.new(t, group)
        self.calls.attempt(c, t, null_id=True)
        self.tell(c, by=None if APPS[c.app][0] == "app-events" else ("call",))

    def agent(self, t, group):
        """An agent's run: one trace, several calls of it, a span above them; each call has ids of its own."""
        key = self.w.keys[0]
        trace, top, run = self.w.hex(32), None, []
        for i in range(self.w.rng.randint(2, 3)):
            c = self.new(t + timedelta(seconds=7 * i), group, key, trace)
            c.mode = self.w.rng.choice(["own", "header", "spend"])
            self.calls.attempt(c, c.t)
            if self.calls.meets(c, "response"):
                self.calls.span(c, ("response",), "span of an agent's call", "hex")
            run.append(c)
        self.agents.append(run)
        return top

    def lost(self, t, group):
        """A call that the application never got through to the gateway."""
        form = self.w.rng.choice([{"trace_id": self.w.hex(32)}, {"request_id": self.w.uuid()}, {"response_id": "chatcmpl-" + self.w.hex(24)}])
        # At the ends of the period it may be before the gateway's first record, or after its last one.
        end = t - self.w.start < timedelta(hours=2) or self.w.end - t < timedelta(hours=2)
        self.calls.loose_event(t, "never reached the gateway", "unmatched", ["not found"] + ["outside the period"] * end, **form)

    def untold(self, t, group):
        c = self.new(t, group)  # the application logged nothing of it
        self.calls.attempt(c, t)

    def bare(self, t, group):
        c = self.new(t, group)
        self.calls.attempt(c, t)
        self.calls.event(c, "nil", "nil or sentinel ids")

    # ---- special sets ----

    def edges(self):
        """Calls that begin before an hour, or a day, and end after it: the provider counts them in the next bucket."""
        for i, (day, hour) in enumerate([(1, 0), (2, 0), (3, 0), (1, 7), (2, 15)]):
            t = self.w.start + timedelta(days=day, hours=hour) - timedelta(seconds=0.2)
            c = self.new(t, "chat-premium" if i % 2 else "chat-fast", self.w.keys[i % 4])
            self.calls.attempt(c, t)
            self.tell(c)

    def mock_ids(self):
        """Three calls with one response id, as mocks and broken proxies make them; their traces tell them apart."""
        same, uids = "chatcmpl-%d" % self.w.rng.randint(100, 999), []
        for i in range(3):
            t = self.w.start + timedelta(days=1 + i, hours=3, minutes=self.w.rng.randint(1, 50))
            c = self.new(t, "chat-premium", self.w.keys[0])
            c.mode = ["own", "header", "app"][i]
            a = self.calls.attempt(c, t, rid_of=same, call_id=self.w.uuid())
            a["shared"] = True
            self.calls.span(c, ("response",), "span, response id of three calls", "hex")
            uids += a["uids"]
        self.calls.loose_event(t, "response id of three calls", "ambiguous", candidates=uids, response_id=same)

    def free_ids(self):
        """Trace ids of the application's own making. Two differ in nothing but case and are two calls."""
        run = self.w.rng.randint(1000, 9999)
        for i, trace in enumerate(("Batch-%d" % run, "batch-%d" % run, "order/2026/%d" % run)):
            c = self.new(self.w.start + timedelta(days=2, hours=5, minutes=7 * i), "chat-premium", self.w.keys[2], trace)
            c.mode, c.free = ["own", "app", "own"][i], True
            self.calls.attempt(c, c.t, call_id=self.w.uuid())
            self.calls.event(c, "trace", "free trace id")

    def loose(self):
        w, tell = self.w, self.calls.loose_event
        for i in range(3):
            tell(w.start - timedelta(hours=4 + i), "before the gateway's export", "unmatched", ["outside the period"], trace_id=w.hex(32))
        for i in range(2):
            tell(w.start + timedelta(days=1, hours=2 + i), "another environment", "unmatched", ["not found"], env="staging",
                 trace_id=w.hex(32), request_id=w.uuid())
        o = [c for c in self.originals if not c.attempts[-1].get("served_again")][0]
        o.attempts[-1]["replayed"] = True
        tell(w.start + timedelta(days=3, hours=1), "a replay in another environment", "unmatched", ["not found"], env="staging",
             response_id=o.attempts[-1]["rid"], accept=["ambiguous"])
