"""Secrets of every kind in SECURITY 1.2, made at run time from their published shapes; no file holds one.

KINDS has one row per shape: kind as the redaction statement names it, tier (prefix or context), template. In a template
{U:20} stands for 20 random characters of set U; the text around it is what the shape always has. A row of tier context
has its words in the template, since nothing else gives it away."""
import base64
import random
import re

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
AN = LETTERS + "0123456789"
SETS = {
    "A": AN, "U": AN + "-_", "H": "0123456789abcdef", "B": "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", "S": AN + "+/",
    "L": "abcdefghijklmnopqrstuvwxyz0123456789", "P": "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", "D": "0123456789",
    "W": AN + "_", "T": LETTERS, "N": "123456789",
}


def fill(rng, name, n):
    """n characters, letters or digits at both ends; of more than ten from A, U or S some of each sort."""
    chars = SETS[name]
    while True:
        s = "".join(rng.choice(chars) for _ in range(n))
        ends = not s or (s[0] in AN and s[-1] in AN)
        mixed = n < 16 or name not in "AUS" or (re.search("[a-z]", s) and re.search("[A-Z]", s) and re.search("[0-9]", s))
        if ends and mixed:
            return s


def uuid(rng):
    return "-".join(fill(rng, "H", n) for n in (8, 4, 4, 4, 12))


def basic(rng):
    return base64.b64encode(("app:" + fill(rng, "A", 20)).encode()).decode()


SPECIAL = {"uuid": uuid, "basic": basic}


def make(rng, template):
    """The text and its random parts."""
    parts = []

    def one(m):
        special = SPECIAL.get(m.group(1))
        parts.append(special(rng) if special else fill(rng, m.group(1), int(m.group(2))))
        return parts[-1]

    return re.sub(r"\{(uuid|basic|[A-Z])(?::(\d+))?\}", one, template), parts


PREFIX = r"""
openai_key sk-proj-{U:58}T3BlbkFJ{U:58}
openai_key sk-proj-{U:74}T3BlbkFJ{U:74}
openai_key sk-svcacct-{U:58}T3BlbkFJ{U:58}
openai_key sk-service-{U:74}T3BlbkFJ{U:74}
openai_admin_key sk-admin-{U:58}T3BlbkFJ{U:58}
openai_key {A:20}T3BlbkFJ{A:20}
openai_key {A:20}9wZW5BS{A:20}
openai_key {A:20}PcGVuQU{A:20}
sk_key sk-{A:20}T3BlbkFJ{A:20}
sk_key sk-{U:22}
sk_key sk-{U:48}
openai_session sess-{A:40}
anthropic_key sk-ant-api03-{U:93}AA
anthropic_key sk-ant-api04-{U:64}
anthropic_admin_key sk-ant-admin01-{U:93}AA
anthropic_oauth sk-ant-oat01-{U:80}
anthropic_oauth sk-ant-ort01-{U:20}
anthropic_session sk-ant-sid01-{U:40}
google_api_key AIza{U:35}
google_api_key AIzaSy{U:33}
google_oauth ya29.{U:60}
google_oauth 1//0{U:60}
google_oauth_secret GOCSPX-{U:28}
gcp_service_account {"type": "service_account", "project_id": "brindle", "private_key_id": "{H:40}", "private_key": "{A:64}"}
aws_access_key_id AKIA{B:16}
aws_access_key_id ASIA{B:16}
aws_access_key_id ABIA{B:16}
aws_access_key_id ACCA{B:16}
aws_access_key_id A3T{P:1}{B:16}
aws_session_token IQoJb3JpZ2lu{S:300}
aws_session_token FwoGZXIvYXdz{S:300}
aws_session_token FQoGZXIvYXdz{S:300}
bedrock_key ABSK{S:110}
bedrock_key bedrock-api-key-{S:80}
azure_ai_key {A:52}JQQJ99{A:26}
azure_ai_key {A:52}JQQJ9D{A:26}AAAA
azure_storage_key {S:76}+ASt{S:6}==
azure_cosmos_key {S:76}ACDb{S:6}==
azure_batch_key {S:76}+ABa{S:6}==
azure_ml_key {S:76}+AMC{S:6}==
azure_service_key {S:33}+AEh{S:6}=
azure_service_key {S:33}+ASb{S:6}=
azure_service_key {S:33}+ARm{S:6}=
azure_service_key {S:42}+ACR{S:6}
azure_service_key {S:33}AIoT{S:6}=
azure_service_key {A:33}AzCa{A:6}=
azure_service_key {S:33}APIM{S:6}
azure_service_key {A:33}AZEG{A:6}=
azure_search_key {A:42}AzSe{A:6}
azure_functions_key {U:44}AzFu{A:6}==
entra_client_secret {A:3}7Q~{U:31}
entra_client_secret {A:3}8Q~{U:34}
huggingface_token hf_{T:34}
huggingface_token api_org_{T:34}
groq_key gsk_{A:20}WGdyb3FY{A:24}
groq_key gsk_{A:52}
groq_key {A:20}WGdyb3FY{A:24}
groq_key {A:20}hncm9xW{A:24}
groq_key {A:20}YZ3JvcV{A:24}
xai_key xai-{W:80}
perplexity_key pplx-{A:48}
replicate_key r8_{U:37}
openrouter_key sk-or-v1-{H:64}
deepseek_key sk-{H:32}
deepseek_key sk-{H:64}
together_key tgp_v1_{U:43}
cerebras_key csk-{A:32}
cerebras_key csk-{A:48}
fireworks_key fw_{A:22}
fireworks_key fw_{A:24}
nvidia_key nvapi-{U:64}
anyscale_key secret_{A:26}
anyscale_key esecret_{A:26}
langsmith_key lsv2_pt_{H:32}_{H:10}
langsmith_key lsv2_sk_{H:32}_{H:10}
langsmith_key ls__{H:32}
langfuse_secret_key sk-lf-{uuid}
helicone_key sk-helicone-{B:7}-{B:7}-{B:7}-{B:7}
helicone_key pk-helicone-{B:7}-{B:7}-{B:7}-{B:7}
helicone_key sk-helicone-proxy-{B:7}-{B:7}-{B:7}-{B:7}-{uuid}
tensorzero_key sk-t0-{A:12}-{A:48}
cloudflare_key v1.0-{H:24}-{H:146}
elevenlabs_key sk_{H:48}
pinecone_key pcsk_{A:6}_{A:63}
jina_key jina_{A:60}
tavily_key tvly-{U:32}
firecrawl_key fc-{H:32}
llamacloud_key llx-{U:48}
brevo_key xkeysib-{H:64}-{A:16}
wundergraph_key cosmo_{H:32}
voyage_key pa-{U:43}
posthog_key phx_{A:43}
databricks_token dapi{H:32}
databricks_token dapi{H:32}-2
github_token ghp_{A:36}
github_token gho_{A:36}
github_token ghu_{A:36}
github_token ghs_{A:36}
github_token ghr_{A:76}
github_token github_pat_{A:22}_{A:59}
gitlab_token glpat-{U:20}
gitlab_token gldt-{U:20}
gitlab_token glrt-{U:20}
gitlab_token glft-{U:20}
gitlab_token glsoat-{U:20}
gitlab_token glffct-{U:20}
gitlab_token glimt-{U:25}
gitlab_token glagent-{U:50}
gitlab_token gloas-{U:64}
gitlab_token glptt-{H:40}
gitlab_token glcbt-{U:20}
gitlab_token GR1348941{U:20}
atlassian_token ATATT3{U:180}={P:8}
atlassian_token ATCTT3{U:180}={P:8}
atlassian_token ATBB{A:32}
slack_token xoxb-{D:12}-{D:12}-{A:24}
slack_token xoxp-{D:12}-{D:12}-{D:12}-{H:32}
slack_token xoxa-{D:12}-{A:24}
slack_token xoxr-{D:12}-{A:24}
slack_token xoxs-{D:12}-{D:12}-{D:12}-{H:32}
slack_token xoxo-{D:12}-{A:24}
slack_token xoxe-1-{A:146}
slack_token xoxc-{D:12}-{D:12}-{H:64}
slack_token xoxd-{S:140}
slack_token xapp-1-{P:11}-{D:12}-{H:64}
slack_webhook https://hooks.slack.com/services/T{P:9}/B{P:9}/{A:24}
slack_webhook https://hooks.slack.com/workflows/T{P:9}/A{P:9}/{D:18}/{A:24}
slack_webhook https://hooks.slack.com/triggers/T{P:9}/{D:13}/{H:32}
discord_webhook https://discord.com/api/webhooks/{D:18}/{U:68}
discord_webhook https://discordapp.com/api/webhooks/{D:18}/{U:68}
teams_webhook https://brindle.webhook.office.com/webhookb2/{uuid}@{uuid}/IncomingWebhook/{H:32}/{uuid}
teams_webhook https://outlook.office.com/webhook/{uuid}@{uuid}/IncomingWebhook/{H:32}/{uuid}
stripe_key sk_live_{A:24}
stripe_key sk_test_{A:99}
stripe_key sk_prod_{A:10}
stripe_key rk_live_{A:24}
stripe_key rk_test_{A:99}
stripe_key rk_prod_{A:24}
stripe_webhook_secret whsec_{A:32}
twilio_key SK{H:32}
sendgrid_key SG.{U:22}.{U:43}
mailchimp_key {H:32}-us{N:1}
mailchimp_key {H:32}-us1{N:1}
npm_token npm_{A:36}
pypi_token pypi-AgEIcHlwaS5vcmc{U:80}
rubygems_key rubygems_{H:48}
nuget_key oy2{L:43}
clojars_token CLOJARS_{A:60}
docker_token dckr_pat_{U:27}
docker_token dckr_oat_{U:32}
digitalocean_token dop_v1_{H:64}
digitalocean_token doo_v1_{H:64}
digitalocean_token dor_v1_{H:64}
heroku_key HRKU-AA{U:58}
fly_token fo1_{U:43}
fly_token fm1r_{S:120}
fly_token fm1a_{S:120}
fly_token fm2_{S:120}
planetscale_token pscale_tkn_{U:40}
planetscale_token pscale_oauth_{U:40}
planetscale_token pscale_pw_{U:40}
pulumi_token pul-{H:40}
doppler_token dp.pt.{A:43}
doppler_token dp.st.dev.{A:43}
doppler_token dp.ct.{A:43}
doppler_token dp.sa.{A:43}
terraform_token {A:14}.atlasv1.{U:64}
vault_token hvs.{U:95}
vault_token hvs.{A:24}
vault_token hvb.{U:150}
vault_token hvr.{U:95}
vault_token s.{A:24}
openshift_token sha256~{U:43}
onepassword_token ops_eyJ{S:260}
onepassword_secret_key A3-{P:6}-{P:11}-{P:5}-{P:5}-{P:5}
age_secret_key AGE-SECRET-KEY-1{P:58}
grafana_token glsa_{A:32}_{H:8}
grafana_token glc_{S:60}
grafana_token eyJrIjoi{A:80}
sentry_token sntrys_{S:120}
sentry_token sntryu_{H:64}
newrelic_key NRAK-{P:27}
newrelic_key NRII-{U:32}
newrelic_key NRJS-{H:19}
dynatrace_token dt0c01.{P:24}.{P:64}
dynatrace_token dt0s16.{P:24}.{P:64}
shopify_token shpat_{H:32}
shopify_token shpca_{H:32}
shopify_token shppa_{H:32}
shopify_token shpss_{H:32}
square_token sq0atp-{U:22}
square_token sq0csp-{U:43}
square_token EAAA{U:60}
airtable_token pat{A:14}.{H:64}
notion_token ntn_{A:46}
linear_key lin_api_{A:40}
linear_key lin_oauth_{A:40}
postman_key PMAK-{H:24}-{H:34}
telegram_token {N:10}:A{U:34}
supabase_key sbp_{H:40}
supabase_key sb_secret_{U:31}
vercel_key vck_{A:56}
tailscale_key tskey-auth-{A:16}-{A:32}
jwt eyJ{U:33}.eyJ{U:60}.{U:43}
jwt eyJ{U:33}..{U:16}.{U:60}.{U:22}
jwt ewogIC{U:33}.ewogIC{U:60}.{U:43}
jwt ewoid{U:33}.ewoid{U:60}.{U:43}
jwk_private_key {"kty":"EC","crv":"P-256","x":"{U:43}","y":"{U:43}","d":"{U:43}"}
jwk_private_key {"d":"{U:43}","e":"AQAB","kty":"RSA","n":"{U:171}"}
jwk_private_key {"kty":"oct","k":"{U:43}"}
private_key -----BEGIN RSA PRIVATE KEY-----\n{S:64}\n{S:64}\n-----END RSA PRIVATE KEY-----
private_key -----BEGIN OPENSSH PRIVATE KEY-----\n{S:64}\n{S:64}\n-----END OPENSSH PRIVATE KEY-----
private_key -----BEGIN PGP PRIVATE KEY BLOCK-----\n{S:64}\n{S:64}\n-----END PGP PRIVATE KEY BLOCK-----
private_key -----BEGIN ENCRYPTED PRIVATE KEY-----\n{S:64}
private_key -----BEGIN+EC+PRIVATE+KEY-----%0A{S:64}
private_key PuTTY-User-Key-File-2: ssh-rsa\nPrivate-Lines: 1\n{S:64}
private_key ---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----\n{S:64}
bearer_token Bearer {A:40}
bearer_token bearer {A:40}
bearer_token BEARER {A:40}
basic_credentials Basic {basic}
basic_credentials basic {basic}
url_credentials postgres://app:{A:20}@db.example.org/x
url_credentials mysql://app:{A:12}@db.example.org:3306/x
url_credentials mongodb+srv://app:{A:16}@cluster.example.org/x?retryWrites=true
url_credentials redis://:{A:16}@cache.example.org:6379/0
url_credentials amqps://app:{A:16}@mq.example.org/vhost
url_credentials https://{A:32}@o1.example.org/2
url_credentials jdbc:oracle:thin:app/{A:16}@//db.example.org:1521/x
option_secret tool --api-key {A:24} run
option_secret tool --password {A:16} run
option_secret tool --token '{A:24}' run
option_secret tool --secret {A:24} run
curl_credentials curl -s -u app:{A:16} https://api.example.org/v1
curl_credentials curl --user app:{A:16} https://api.example.org/v1
password_hash $2a$12${A:53}
password_hash $2b$12${A:53}
password_hash $2y$10${A:53}
password_hash $6$rounds=5000${A:16}${A:86}
password_hash $5${A:16}${A:43}
password_hash $y$j9T${A:22}${A:43}
password_hash $1${A:8}${A:22}
password_hash $argon2id$v=19$m=65536,t=3,p=4${A:22}${A:43}
password_hash pbkdf2_sha256$600000${A:22}${A:43}=
nkey_seed SUA{B:55}
nkey_seed SAA{B:55}
nkey_seed SOA{B:55}
nkey_seed SNA{B:55}
nkey_seed SCA{B:55}
"""

CONTEXT = r"""
cohere_key cohere key {A:40}
cohere_key CO_API_KEY={A:40}
cohere_key {"cohere": "{A:40}"}
mistral_key MISTRAL_API_KEY={A:32}
mistral_key the key for mistral is {A:32}
mistral_key {"mistral_api_key": "{A:32}"}
aws_secret_key aws_secret_access_key = {S:40}
aws_secret_key AWS_SECRET_ACCESS_KEY={S:40}
aws_secret_key the AWS secret is {A:40}
aws_session_token aws_session_token={S:200}
azure_openai_key AZURE_OPENAI_API_KEY={H:32}
azure_openai_key ocp-apim-subscription-key: {H:32}
azure_openai_key azure openai key {H:32}
azure_account_key AccountName=x;AccountKey={S:86}==;EndpointSuffix=core.windows.net
azure_account_key SharedAccessKeyName=root;SharedAccessKey={S:43}=
azure_sas https://x.blob.core.windows.net/c?sv=2024-11-04&sp=r&sig={A:43}%3D
cloudflare_key CLOUDFLARE_API_TOKEN={U:40}
cloudflare_key cloudflare token {U:40}
cloudflare_key cf-aig-authorization: {U:40}
cloudflare_key X-Auth-Key: {H:37}
portkey_key x-portkey-api-key: {A:28}
portkey_key PORTKEY_API_KEY={S:27}=
elevenlabs_key xi-api-key: {H:32}
elevenlabs_key elevenlabs key {H:32}
deepgram_key DEEPGRAM_API_KEY={H:40}
deepgram_key deepgram token {A:40}
assemblyai_key ASSEMBLYAI_API_KEY={H:32}
assemblyai_key assemblyai key {A:32}
wandb_key WANDB_API_KEY={H:40}
wandb_key wandb login {H:40}
heroku_key HEROKU_API_KEY={uuid}
heroku_key heroku token {uuid}
bitbucket_secret BITBUCKET_CLIENT_SECRET={U:64}
bitbucket_secret bitbucket secret {U:64}
mailgun_key MAILGUN_API_KEY={H:32}
mailgun_key mailgun key-{H:32}
datadog_key DD_API_KEY={H:32}
datadog_key dd-application-key and datadog key {H:40}
newrelic_key NEW_RELIC_LICENSE_KEY={H:40}
newrelic_key newrelic key {H:40}
okta_token okta token 00{U:40}
okta_token OKTA_API_TOKEN=00{U:40}
airtable_key AIRTABLE_API_KEY=key{A:14}
wireguard_key PrivateKey = {S:43}=
wireguard_key wireguard PresharedKey = {S:43}=
gitlab_session _gitlab_session={H:32}
url_signature https://s3.example.org/x?X-Amz-Date=20260601T000000Z&X-Amz-Signature={H:64}
url_signature https://storage.example.org/x?X-Goog-Signature={H:256}
url_signature AWS4-HMAC-SHA256 SignedHeaders=host, Signature={H:64}
http_authorization Authorization: Token {A:20}
http_authorization Authorization: ApiKey {A:20}
http_authorization Authorization: Digest {A:60}
http_authorization Authorization: NTLM {A:60}
http_authorization Proxy-Authorization: {A:20}
http_authorization Helicone-Auth: {A:20}
cookie Cookie: sid={A:24}; theme=dark
cookie Set-Cookie: __cf_bm={A:60}
password password={A:12}
password Server=db.example.org;Pwd={A:12};
password {"db_passwd": "{A:12}"}
password jdbc:postgresql://db.example.org/x?user=app&password={A:12}
named_secret https://api.example.org/v1?key={A:24}
named_secret https://api.example.org/v1?apikey={A:24}
named_secret https://api.example.org/cb?code={A:24}
named_secret grant_type=refresh_token&refresh_token={A:24}
named_secret access_token={A:24}
named_secret id_token={A:24}
named_secret client_secret={A:24}
named_secret {"api_key": "{A:24}"}
named_secret x-custom-key: {A:24}
named_secret curl -H 'X-Brindle-Key: {A:24}' https://api.example.org
named_secret session_token: "{A:24}"
named_secret hmac_secret={A:24}
named_secret admin_key={A:24}
named_secret "SessionToken" : "{A:24}"
named_secret {"name": "x-api-key", "value": "{A:24}"}
named_secret <add key="ApiKey" value="{A:24}"/>
named_secret 'api_key' => '{A:24}'
named_secret DD_APPLICATION_KEY={H:20}
named_secret license-key: {A:24}
named_secret accesstoken={A:24}
named_secret secretAccessKey: "{A:24}"
named_secret {"privateKey": "{A:24}"}
"""


def rows():
    for tier, text in (("prefix", PREFIX), ("context", CONTEXT)):
        for line in text.strip().splitlines():
            kind, template = line.split(" ", 1)
            yield kind, tier, template


KINDS = list(rows())


def samples(seed, rounds):
    """(kind, tier, template, text, random parts), the same for the same seed."""
    for kind, tier, template in KINDS:
        rng = random.Random(f"{seed}/{tier}/{kind}/{template}")
        for _ in range(rounds):
            text, parts = make(rng, template)
            yield kind, tier, template, text, parts


if __name__ == "__main__":
    import sys

    # One line a sample: kind, tier, text. For tests/unit/test_mutation.c.
    for kind, tier, _, text, _ in samples(int(sys.argv[1]) if len(sys.argv) > 1 else 1, 3):
        print(kind, tier, text, sep="\t")
