"""Records as a gateway's Logpush writes them, encrypted with nothing but the openssl command (F014, trap 12 of the gateway page).

usage: seal.py PUBLIC_KEY < lines of {member: text or object} > lines of the same with {key, iv, data}

AES-GCM (NIST SP 800-38D) is made of the command's AES-CTR and AES-ECB and of GHASH, which is here.
"""
import base64
import json
import os
import subprocess
import sys

SEALED = ("Metadata", "RequestBody", "ResponseBody")


def openssl(data, *args):
    return subprocess.run(("openssl",) + args, input=data, stdout=subprocess.PIPE, check=True).stdout


def times(x, y):
    z = 0
    for i in range(127, -1, -1):
        z ^= y if x >> i & 1 else 0
        y = y >> 1 ^ (0xE1 << 120 if y & 1 else 0)
    return z


def ghash(h, data, bits):
    y = 0
    padded = data + bytes(-len(data) % 16) + (0).to_bytes(8, "big") + bits.to_bytes(8, "big")
    for i in range(0, len(padded), 16):
        y = times(y ^ int.from_bytes(padded[i:i + 16], "big"), h)
    return y


def gcm(key, iv, text):
    def block(b):
        return int.from_bytes(openssl(b, "enc", "-aes-256-ecb", "-nopad", "-K", key.hex()), "big")

    cipher = openssl(text, "enc", "-aes-256-ctr", "-K", key.hex(), "-iv", (iv + b"\0\0\0\2").hex())
    tag = ghash(block(bytes(16)), cipher, 8 * len(cipher)) ^ block(iv + b"\0\0\0\1")
    return cipher + tag.to_bytes(16, "big")


def seal(public, value):
    key, iv = os.urandom(32), os.urandom(12)
    wrapped = openssl(key, "pkeyutl", "-encrypt", "-pubin", "-inkey", public, "-pkeyopt", "rsa_padding_mode:oaep", "-pkeyopt", "rsa_oaep_md:sha256")
    text = value if isinstance(value, str) else json.dumps(value)
    return {n: base64.b64encode(b).decode() for n, b in (("key", wrapped), ("iv", iv), ("data", gcm(key, iv, text.encode())))}


for line in sys.stdin:
    r = json.loads(line)
    print(json.dumps({k: seal(sys.argv[1], v) if k in SEALED else v for k, v in r.items()}))
