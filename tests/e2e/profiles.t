#!/bin/sh
# Profiles of redaction, and the prefix that stays of addresses, in everything that is printed.
. "$AK_SRCDIR/tests/tap.sh"
cd "$tap_dir" || exit 1
ak() { "$AUDITKIT" "$@"; }
table='SELECT count(client_address), count(client_network), count(user_agent), count(actor_id) FROM'

# workspace PROFILE MASK
workspace() {
	rm -rf ws && ak init ws --profile "$1" >/dev/null 2>&1
	sed "s#path: \([a-z]\)#path: $AK_SRCDIR/samples/\1#; s#ip_mask: [^ ]*#ip_mask: $2#; s#^redaction:#redaction:\n  profile: $1#" \
		"$AK_SRCDIR/samples/policy.yaml" >ws/policy.yaml
	ak -w ws ingest >/dev/null 2>err
}

# ---- init ----
ak init w --profile hipaa >/dev/null 2>&1
is "init writes the profile" "$(grep -c '^  profile: hipaa$' w/policy.yaml)" 1
is "none unless asked" "$(ak init v >/dev/null 2>&1; grep -c '^  profile:' v/policy.yaml)" 0
is "no such profile" "$(ak init u --profile gdpr 2>&1; echo $? | tail -1; ls u 2>/dev/null | wc -l)" "auditkit: there is no profile 'gdpr'
hint: profiles are default, hipaa, pci and strict; man auditkit-policy says what
      each removes
2
0"
sed 's/profile: hipaa/profile: gdpr/' w/policy.yaml >pol && cp pol w/policy.yaml
is "nor in policy.yaml" "$(echo x | ak -w w redact try 2>&1 | sed 's/:[0-9]*:/:N:/' | head -n 1)" "auditkit: policy.yaml:N: 'redaction.profile' must be default, hipaa, pci or strict, or unknown"

# ---- the 18 identifiers of 45 CFR 164.514(b)(2), as fields or in text ----
ak init h --profile hipaa >/dev/null 2>&1
try() { ak -w h redact try "$@" 2>/dev/null; }
is "1 names, as fields" "$(echo 'Anna Muster' | try --field actor_id; echo 'Anna Muster' | try --field resource_name | sed 's/:.*//')" "[REMOVED:profile]
id"
is "2 places below a state" "$(echo 'Springfield, IL 62704' | try)" "Springfield, IL [REMOVED:zip]"
is "3 dates" "$(echo 'born 02/29/1980, seen 2026-05-01' | try)" "born [REMOVED:date], seen [REMOVED:date]"
is "4 and 5 phone and fax" "$(echo 'phone 212-555-0123, fax: 2125550124' | try | grep -c 555)" 0
is "6 e-mail" "$(echo 'to anna@example.org' | try)" "to [REMOVED:email]"
is "7 social security" "$(echo '536-22-1234' | try)" "[REMOVED:ssn]"
for line in '8 MRN 00123456' '9 member id A4711' '10 account no. 4711-22' '11 license number D123-45' '12 license plate B-AK4711' \
	'13 device serial SN4711' '14 https://example.org/patients/4711' '15 from 203.0.113.7' '16 fingerprint id F4711' '17 photo IMG4711.jpg' \
	'18 patient id 4711' '12 VIN 1M8GDM9AXKP042788'; do
	is "$line" "$(echo "${line#* }" | try | grep -c '4711\|00123\|113\.7\|D123\|0427')" 0
done
is "a change keeps words and numbers" "$(echo '[{"path":"limits/tpm","before":100,"after":200},{"path":"note","before":"on","after":"Anna Muster"}]' |
	try --field changes)" '[{"after":200,"before":100,"path":"limits/tpm"},{"after":"[REMOVED:free_text]","before":"on","path":"note"}]'

# ---- records ----
for profile in hipaa strict; do
	workspace $profile 24/48
	is "$profile: nothing of people is stored" "$(sqlite3 ws/workspace.db "$table request UNION $table audit_event")" "0|0|0|0"
	is "$profile: what is counted is counted as removed" \
		"$(sqlite3 ws/workspace.db "SELECT count(*) > 0 FROM redaction WHERE rule = 'profile' AND action = 'removed'")" 1
done
ak -w ws packet build --draft -o p >/dev/null 2>err
is "the packet's statement names the profile" "$(grep -rlE 'profile.*strict' p | wc -l | awk '{ print ($1 > 0) }')" 1
workspace default 24/48
is "default: people are tokens" "$(sqlite3 ws/workspace.db "SELECT count(*) > 0 FROM audit_event WHERE actor_id LIKE 'email:%' OR actor_id LIKE 'user:%'")" 1

# ---- ip_mask: the prefix in every view ----
# views: all that the program prints or writes about this workspace
views() {
	rm -rf p p.annex p.receipt.txt
	ak -w ws packet build --draft -o p >/dev/null 2>&1
	grep -rhoE '[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+/[0-9]+' p
	ak -w ws trace sample --json 2>/dev/null
	for id in $(sqlite3 ws/workspace.db 'SELECT event_id FROM audit_event WHERE client_network IS NOT NULL LIMIT 3'); do ak -w ws show "$id"; done
	strings ws/workspace.db | grep -oE '[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+/[0-9]+'
}
networks() { views | grep -oE '[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+/[0-9]+' | sed 's#.*/#/#' | sort -u | tr '\n' ' '; }
is "networks are there to look at" "$(views | grep -c '^203.0.113.0/24$' | awk '{ print ($1 > 2) }')" 1
is "24/48: /24 and nothing longer" "$(networks)" "/24 "
workspace default 16/32
is "16/32: /16 and nothing longer" "$(networks)" "/16 "
workspace default 0/0
is "0/0: no network at all" "$(networks)" ""
is "there is a packet to look at" "$(ls p | wc -l | awk '{ print ($1 > 2) }')" 1
is "and no address in it" "$(grep -arhoE '(203\.0\.113|198\.51\.100|192\.0\.2)\.[0-9]+' p | wc -l)" 0
note() { echo 'from 203.0.113.9 and 2001:db8:7:1::9 in 203.0.113.0/24' | ak -w ws redact try 2>/dev/null | sed 's/ip:[0-9a-f]*/ip/g'; }
is "0/0: none in a text either" "$(note)" "from ip and ip in ip"
workspace default 16/32
is "16/32: in a text as in a field" "$(note)" "from ip(203.0.0.0/16) and ip(2001:db8::/32) in ip(203.0.0.0/16)"
workspace default 24/48
is "24/48: a network that short stays as it is" "$(note)" "from ip(203.0.113.0/24) and ip(2001:db8:7::/48) in 203.0.113.0/24"
is "and all of it the second time" "$(note)" "$(note | ak -w ws redact try 2>/dev/null)"
sed -i 's/^fields:.*/&\n  client_network: {action: remove, why: not needed}/' ws/policy.yaml
is "a field that is removed takes it out of texts too" "$(note)" "from ip and ip in ip"
workspace strict 24/48
is "strict leaves neither" "$(note)" "from [REMOVED:ip] and [REMOVED:ip] in [REMOVED:ip]"
finish
