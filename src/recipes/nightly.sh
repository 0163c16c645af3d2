#!/bin/sh
# Nightly evidence run from cron:
#   15 2 * * * cd /srv/evidence && sh nightly.sh >>nightly.log 2>&1
# Here: exports/ (what was exported since), policy.yaml. Made: workspace/ and out/ (check.json, status.prom, packet.zip, its annex and receipt).
# NOTIFY=NAME tells new findings to a target of policy.yaml; deliver.sh, beside this file, brings packet and findings to the places that its
# DELIVER_ variables name: a night that changed nothing brings nothing. The receipt goes another way.
# Exit code: that of the first step that failed; 1 = the checks have findings, everything else was done; 69 = done, but not all was told or
# delivered, which the next night tries again.
# The key folder ($XDG_CONFIG_HOME/auditkit) must stay as it is: under another key the same people get other tokens.
set -u
mkdir -p out
[ -d workspace ] || auditkit init workspace || exit
cp policy.yaml workspace/policy.yaml || exit

# 3: done, and some evidence is missing or some records could not be read; what it is stands in the packet.
auditkit -q -w workspace ingest exports/*
rc=$?
[ $rc -eq 0 ] || [ $rc -eq 3 ] || exit $rc

# 1: at least one check is not met. The packet is built all the same: it says so itself.
auditkit -w workspace check --json ${NOTIFY:+--notify "$NOTIFY"} >out/check.json
checked=$?
[ $checked -le 1 ] || [ $checked -eq 3 ] || [ $checked -eq 69 ] || exit $checked

auditkit -w workspace status --prometheus >out/status.tmp && mv out/status.tmp out/status.prom || exit
rm -f out/packet.zip out/packet.annex.zip out/packet.zip.receipt.txt
auditkit -q -w workspace packet build --allow-gaps -o out/packet.zip
rc=$?
[ $rc -eq 0 ] || [ $rc -eq 3 ] || exit $rc
auditkit packet verify out/packet.zip || exit

# Every night cuts a checkpoint, so no two packets are the same bytes: what counts is what they were made from.
if [ -n "${DELIVER_FOLDER-}${DELIVER_URL_FILE-}${DELIVER_MAIL-}" ]; then
	auditkit -w workspace verify --json >out/verify.tmp || exit
	content=$(sed -n 's/.*"content_digest": *"\([0-9a-f]*\)".*/\1/p' out/verify.tmp)
	rm -f out/verify.tmp
	inputs=$({ auditkit --version; echo "$content"; cat policy.yaml; } | sha256sum | cut -d' ' -f1)
	sh "$(dirname "$0")/deliver.sh" "$inputs" out/packet.zip out/check.json || exit
fi
exit $checked
