#!/bin/sh
# Files to where reviewers find them, once for the same inputs:  sh deliver.sh INPUTS FILE...
#
# INPUTS is a word for what the files were made from, such as the digest that nightly.sh takes; a place that has files of these inputs is left
# alone, whatever the bytes of the new ones. What was delivered where stands in the file `delivered`. Places, by the environment:
#   DELIVER_FOLDER     a folder, which gets one of its own for these inputs
#   DELIVER_URL_FILE   a file with the https address of a service that takes a POST of multipart/form-data; the address is no argument
#   DELIVER_MAIL       an address that gets the files as attachments, by SENDMAIL (default: /usr/sbin/sendmail)
# Exit code: 0 all places have them; 69 one does not, and the next run tries again.
# shellcheck disable=SC2317 # places are called by their names
set -u
inputs=$1
shift
short=$(printf %s "$inputs" | cut -c1-16)
failed=0

to_folder() { # to_folder FILE...: all of them or none
	[ ! -e "$DELIVER_FOLDER/$short" ] || return 0
	rm -rf "$DELIVER_FOLDER/.$short.tmp"
	mkdir -p "$DELIVER_FOLDER/.$short.tmp" && cp "$@" "$DELIVER_FOLDER/.$short.tmp" && mv "$DELIVER_FOLDER/.$short.tmp" "$DELIVER_FOLDER/$short"
}

to_url() {
	url=$(cat "$DELIVER_URL_FILE") || return
	case $url in http://127.0.0.1[:/]* | http://localhost[:/]*) proto='=http' ;; *) proto='=https' ;; esac
	{
		printf 'url = "%s"\n' "$url"
		printf 'form = "inputs=%s"\n' "$inputs"
		for f; do printf 'form = "file=@%s"\n' "$f"; done
	} | curl -q --config - --fail --silent --show-error --proto "$proto" --connect-timeout 10 --max-time 300 --retry 3 --output /dev/null
}

to_mail() {
	boundary=part-$short
	{
		printf 'To: %s\nSubject: evidence %s\nMessage-ID: <%s@auditkit.invalid>\nAuto-Submitted: auto-generated\n' "$DELIVER_MAIL" "$short" "$short"
		printf 'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=%s\n' "$boundary"
		for f; do
			name=$(basename "$f")
			printf '\n--%s\nContent-Type: application/octet-stream\nContent-Transfer-Encoding: base64\n' "$boundary"
			printf 'Content-Disposition: attachment; filename="%s"\n\n' "$name"
			base64 "$f" || exit
		done
		printf '\n--%s--\n' "$boundary"
	} >delivered.tmp && "${SENDMAIL:-/usr/sbin/sendmail}" -t -i <delivered.tmp
	rc=$?
	rm -f delivered.tmp
	return "$rc"
}

once() { # once PLACE COMMAND FILE...
	line="$inputs $1"
	shift
	if [ -f delivered ] && grep -qxF "$line" delivered; then return; fi
	if "$@"; then
		printf '%s\n' "$line" >>delivered
	else
		echo "deliver.sh: not delivered, the next run tries again: ${line#* }" >&2
		failed=69
	fi
}

[ -z "${DELIVER_FOLDER-}" ] || once "folder $DELIVER_FOLDER" to_folder "$@"
[ -z "${DELIVER_URL_FILE-}" ] || once "webhook of $DELIVER_URL_FILE" to_url "$@"
[ -z "${DELIVER_MAIL-}" ] || once "mail $DELIVER_MAIL" to_mail "$@"
exit $failed
