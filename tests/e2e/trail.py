"""Makes CloudTrail log files and the digest files of their hours: trail.py KEY.pem HOURS [FIRST], into logs/ and digests/.

The signature of the newest digest goes to newest.sig as its file name, a blank and the value of x-amz-meta-signature.
"""
import gzip
import hashlib
import json
import subprocess
import sys

KEY, HOURS = sys.argv[1], int(sys.argv[2])
BUCKET, ACCOUNT, REGION = "brindle-trail", "111111111111", "eu-central-1"


def pack(path, value):
    """Written packed; the SHA-256 of what was packed."""
    data = json.dumps(value, separators=(",", ":")).encode()
    with gzip.open(path, "wb") as f:
        f.write(data)
    return hashlib.sha256(data).hexdigest()


def sign(text):
    return subprocess.run(["openssl", "dgst", "-sha256", "-sign", KEY], input=text.encode(), stdout=subprocess.PIPE, check=True).stdout.hex()


before = dict.fromkeys(("Bucket", "Object", "hash", "signature"))
for hour in range(HOURS):
    logs = []
    for part in range(2):
        name = "%s_CloudTrail_%s_20260801T%02d%02dZ_part.json.gz" % (ACCOUNT, REGION, hour, part)
        event = {"eventVersion": "1.10", "eventID": "e-%d-%d" % (hour, part), "eventTime": "2026-08-01T%02d:0%d:00Z" % (hour, part),
                 "eventName": "Converse", "eventSource": "bedrock.amazonaws.com", "awsRegion": REGION, "userIdentity": {"type": "IAMUser"}}
        logs.append({"s3Bucket": BUCKET, "s3Object": "AWSLogs/" + name, "hashAlgorithm": "SHA-256",
                     "hashValue": pack("logs/" + name, {"Records": [event]})})
    name = "%s_CloudTrail-Digest_%s_t_%s_20260801T%02d0000Z.json.gz" % (ACCOUNT, REGION, REGION, hour + 1)
    end = "2026-08-01T%02d:00:00Z" % (hour + 1)
    digest = {"awsAccountId": ACCOUNT, "digestStartTime": "2026-08-01T%02d:00:00Z" % hour, "digestEndTime": end, "digestS3Bucket": BUCKET,
              "digestS3Object": "AWSLogs/" + name, "digestPublicKeyFingerprint": "00", "digestSignatureAlgorithm": "SHA256withRSA",
              "previousDigestS3Bucket": before["Bucket"], "previousDigestS3Object": before["Object"],
              "previousDigestHashValue": before["hash"], "previousDigestHashAlgorithm": "SHA-256" if before["hash"] else None,
              "previousDigestSignature": before["signature"], "logFiles": logs}
    own = pack("digests/" + name, digest)
    signature = sign("\n".join((end, BUCKET + "/AWSLogs/" + name, own, before["signature"] or "null")))
    before = {"Bucket": BUCKET, "Object": "AWSLogs/" + name, "hash": own, "signature": signature}
with open("newest.sig", "w") as f:
    f.write("%s %s\n" % (name, signature))
