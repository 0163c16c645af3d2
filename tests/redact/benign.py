"""Ids, digests, names and numbers that are no secrets (SECURITY 1.3): precision of the redactor (R-SEC-10).

usage: benign.py AUDITKIT SEED COUNT. COUNT values of all families go through 'redact try' as an id and, inside a sentence
or a log line, as free text. Prints TAP, and what was altered by family."""
import base64
import collections
import hashlib
import random
import re
import subprocess
import sys

from kinds import SETS, uuid

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def some(chars):
    return lambda n: lambda r: "".join(r.choice(chars) for _ in range(n))


A, H, L, W, D, P = (some(SETS[c]) for c in "AHLWDP")
ULID = some(CROCKFORD)(26)


def nano(n):
    """Not with sk- at its start or behind a dash: nothing tells such an id from a gateway's key, so it is taken."""
    make = some(SETS["U"])(n)

    def one(r):
        while re.search("(^|[-_])sk-", "-" + (value := make(r))):
            pass
        return value

    return one


MODELS = ["anthropic.claude-3-haiku-20240307-v1:0", "gpt-4.1-mini-2025-04-14", "gemini-2.0-flash-001",
          "mistral-large-2411", "us.meta.llama3-2-90b-instruct-v1:0", "command-r-plus-08-2024", "text-embedding-3-small",
          "azure/gpt-4o-2024-11-20", "openrouter/anthropic/claude-sonnet-4", "deepseek-reasoner", "sonar-deep-research"]
WORDS = "audit batch cache daily export gateway ingest job ledger model night prod queue report staging team usage".split()


def before(prefix, rest):
    return lambda r: prefix + rest(r)


def uuid_of(version):
    def make(r):
        u = uuid(r)
        return u[:14] + str(version) + u[15:19] + r.choice("89ab") + u[20:]

    return make


def digest(name):
    return lambda r: hashlib.new(name, r.randbytes(8)).hexdigest()


def slug(r):
    return "-".join(r.choice(WORDS) for _ in range(r.randint(2, 4)))


def epoch(scale):
    return lambda r: str(r.randint(1_500_000_000 * scale, 1_900_000_000 * scale))


# family: maker. The value is an id, unless TEXT_ONLY has it: then it is not of the characters of ids.
FAMILIES = {
    "chatcmpl": before("chatcmpl-", A(29)), "cmpl": before("cmpl-", A(29)), "resp": before("resp_", H(48)),
    "rs": before("rs_", H(48)), "msg": before("msg_", H(48)), "run": before("run_", A(24)),
    "thread": before("thread_", A(24)), "asst": before("asst_", A(24)), "call": before("call_", A(24)),
    "tool call": before("fc_", H(48)), "file": before("file-", A(22)), "vector store": before("vs_", H(32)),
    "batch": before("batch_", H(32)), "ftjob": before("ftjob-", A(24)), "req": before("req_", H(32)),
    "org": before("org-", A(24)), "proj": before("proj_", A(24)), "user": before("user-", A(24)),
    "key id": before("key_", A(16)), "svc_acct": before("svc_acct_", A(24)), "audit_log": before("audit_log-", A(24)),
    "anthropic msg": before("msg_01", A(22)), "anthropic req": before("req_011", A(21)),
    "toolu": before("toolu_01", A(22)), "msgbatch": before("msgbatch_01", A(22)), "wrkspc": before("wrkspc_01", A(22)),
    "apikey id": before("apikey_01", A(22)), "openrouter": lambda r: "gen-" + epoch(1)(r) + "-" + A(20)(r),
    "gemini response": nano(24), "aws request": uuid, "x-ray": lambda r: "Root=1-" + H(8)(r) + "-" + H(24)(r),
    "cf-ray": lambda r: H(16)(r) + "-" + r.choice(["FRA", "AMS", "IAD", "SJC"]), "ulid": ULID,
    "traceparent": lambda r: "00-" + H(32)(r) + "-" + H(16)(r) + "-01", "b3": lambda r: H(32)(r) + "-" + H(16)(r) + "-1",
    "trace id": H(32), "span id": H(16), "datadog trace": lambda r: str(r.randint(2**60, 2**64 - 1)),
    "key hash": digest("sha256"), "sha1": digest("sha1"), "md5": digest("md5"), "sha512": digest("sha512"),
    "ksuid": A(27), "cuid": before("c", L(24)), "nanoid": nano(21), "nanoid, long": nano(32),
    **{f"uuid v{n}": uuid_of(n) for n in (1, 3, 4, 5, 6, 7, 8)}, "guid in capitals": lambda r: uuid(r).upper(),
    "uuid without dashes": lambda r: uuid(r).replace("-", ""), "git short": H(7),
    "model": lambda r: r.choice(MODELS), "model arn": lambda r: "arn:aws:bedrock:eu-west-1::foundation-model/" + r.choice(MODELS),
    "inference profile": lambda r: "arn:aws:bedrock:us-east-1:" + D(12)(r) + ":inference-profile/us." + r.choice(MODELS),
    "image digest": before("sha256:", digest("sha256")), "masked": lambda r: "sk-..." + A(4)(r),
    "masked, both ends": lambda r: "sk-" + A(3)(r) + "..." + A(4)(r), "task": before("task-", uuid), "disk": before("disk-", A(20)),
    "risk": before("risk-", H(32)), "desk": before("desk-", uuid), "langfuse public": before("pk-lf-", uuid),
    "stripe public": before("pk_live_", A(24)), "aws role": before("AROA", some(SETS["B"])(17)),
    "twilio account": before("AC", H(32)), "epoch s": epoch(1), "epoch ms": epoch(10**3), "epoch us": epoch(10**6),
    "epoch ns": epoch(10**9), "cost": lambda r: "%.16f" % r.random(), "small cost": lambda r: "%.10f" % (r.random() / 1000),
    "decimal id": lambda r: str(r.randint(10**9, 10**12)), "host": lambda r: slug(r) + "-" + L(10)(r) + "-" + L(5)(r),
    "s3 path": lambda r: "s3://" + slug(r) + "/2026/06/" + D(2)(r) + "/part-" + D(5)(r) + "-" + uuid(r) + ".json.gz",
    "version": lambda r: "%d.%d.%d-%s" % (r.randint(0, 9), r.randint(0, 20), r.randint(0, 99), H(8)(r)),
    "kubernetes pod": lambda r: slug(r) + "-" + L(9)(r) + "-" + L(5)(r), "object id": H(24), "snowflake": lambda r: str(r.randint(10**17, 10**18)),
    "integrity": lambda r: "sha384-" + base64.b64encode(r.randbytes(48)).decode(),
    "etag": lambda r: "W/" + H(32)(r), "base64 digest": lambda r: base64.b64encode(r.randbytes(32)).decode(),
    "slug": slug, "dataset": lambda r: slug(r).replace("-", "_") + "_v" + D(2)(r), "idempotency": before("idem-", uuid),
    "virtual machine": lambda r: "i-0" + H(16)(r), "subnet": before("subnet-0", H(16)), "docker": H(12), "azure request": before("apim-", uuid),
    "subscription": lambda r: "/subscriptions/" + uuid(r) + "/resourceGroups/" + slug(r),
}
TEXTS = ["{}", "request {} failed after 3 attempts", '{{"id":"{}","max_tokens":4096}}', "id={} total_tokens=12", "trace {}, retry",
         "GET /v1/items/{} 200", "see {}.", "mistral request {} done", "cohere response id: {}", "span_id: {}", "[{}] ok"]


def run(auditkit, args, lines):
    out = subprocess.run([auditkit, "redact", "try", *args], input="".join(x + "\n" for x in lines).encode(),
                         capture_output=True, check=True).stdout
    return out.decode().split("\n")[:-1]


def altered(values, lines, out):
    return [(name, x, y) for (name, _), x, y in zip(values, lines, out) if x != y]


def main(auditkit, seed, count):
    r = random.Random(seed)
    names = list(FAMILIES)
    values = [(names[i % len(names)], FAMILIES[names[i % len(names)]](r)) for i in range(count)]
    texts = [r.choice(TEXTS).format(v) for _, v in values]
    ids = [v for _, v in values]
    checks = []
    for what, args, lines, most in (("as ids", ["--field", "resource_id"], ids, 0), ("in free text", [], texts, max(count // 100000, 1))):
        out = run(auditkit, args, lines)
        bad = altered(values, lines, out)
        checks.append((len(out) == count and len(bad) <= most, f"{len(bad)} of {count} values {what} are altered, at most {most} may be"))
        for name, n in collections.Counter(b[0] for b in bad).most_common():
            first = next(b for b in bad if b[0] == name)
            print(f"# {what}: {n} of {name}: {first[1][:110]} -> {first[2][:160]}")
    checks.append((len(names) >= 40, f"{len(names)} families"))
    for i, (good, name) in enumerate(checks, 1):
        print(f"{'' if good else 'not '}ok {i} - {name}")
    print(f"1..{len(checks)}")
    return not all(c[0] for c in checks)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
