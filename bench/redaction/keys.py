"""Secrets in their vendors' formats, described apart from the rules that look for them.

In a format `{62:36}` stands for 36 characters of base 62; the other alphabets are `64`
(base64url), `16` (hex), `36` (lower case and digits), `A` (upper case and digits), `32`,
`10` (digits), and `a` (letters). `{uuid}` is one. What stands before `|` is text that such a
key needs around it.
"""

from __future__ import annotations

import base64
import json
import random
import re
import string
import uuid

ALPHABETS = {
    "62": string.ascii_letters + string.digits,
    "64": string.ascii_letters + string.digits + "-_",
    "64+": string.ascii_letters + string.digits + "+/",
    "16": "0123456789abcdef",
    "36": string.ascii_lowercase + string.digits,
    "A": string.ascii_uppercase + string.digits,
    "32": string.ascii_uppercase + "234567",
    "B": "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L",
    "10": string.digits,
    "a": string.ascii_letters,
}
PART = re.compile(r"\{(?:(uuid)|([^:}]+):(\d+))\}")
FORMATS = """
aws_key_id AKIA{32:16}
aws_temporary ASIA{32:16}
aws_secret aws_secret_access_key = |{64+:40}
aws_bedrock ABSK{64+:128}
gcp_api AIzaSy{64:33}
gcp_oauth ya29.{64:120}
gcp_client_secret GOCSPX-{64:28}
azure_ad {62:3}8Q~{64:34}
azure_ai {62:52}JQQJ99{62:26}
azure_openai AZURE_OPENAI_API_KEY=|{16:32}
alibaba LTAI5t{62:18}
digitalocean dop_v1_{16:64}
digitalocean_oauth doo_v1_{16:64}
cloudflare CLOUDFLARE_API_TOKEN=|{64:40}
cloudflare_new cfut_{62:40}{16:8}
heroku HRKU-AA{64:58}
heroku_uuid heroku api key: |{uuid}
netlify nfp_{62:36}
supabase sbp_{16:40}
supabase_secret sb_secret_{64:31}
planetscale pscale_tkn_{64:43}
databricks dapi{16:32}
tailscale tskey-auth-{62:17}-{62:32}
pulumi pul-{16:40}
terraform {62:14}.atlasv1.{64:67}
vault hvs.{64:95}
vault_batch hvb.{64:150}
doppler dp.pt.{62:43}
age AGE-SECRET-KEY-1{B:58}
fly fo1_{64:43}
github_classic ghp_{62:36}
github_oauth gho_{62:36}
github_user ghu_{62:36}
github_server ghs_{62:36}
github_refresh ghr_{62:36}
github_fine github_pat_{62:22}_{62:59}
gitlab glpat-{64:20}
gitlab_routable glpat-{64:27}.01.{36:9}
gitlab_deploy gldt-{64:20}
gitlab_runner glrt-{64:20}
gitlab_trigger glptt-{16:40}
gitlab_ci glcbt-{62:2}_{64:20}
gitlab_oauth gloas-{16:64}
bitbucket ATBB{62:32}
atlassian ATATT3xFfGF0{64:172}={A:8}
npm npm_{62:36}
pypi pypi-AgEIcHlwaS5vcmc{64:150}
rubygems rubygems_{16:48}
docker dckr_pat_{64:27}
docker_org dckr_oat_{64:32}
artifactory AKCp{62:69}
snyk SNYK_TOKEN=|{uuid}
sonar squ_{16:40}
postman PMAK-{16:24}-{16:34}
prefect pnu_{62:36}
circleci CCIPAT_{62:22}_{16:40}
buildkite bkua_{16:40}
launchdarkly sdk-{uuid}
sourcegraph sgp_{16:16}_{16:40}
sentry_user sntryu_{16:64}
sentry_org sntrys_eyJpYXQiOj{64+:120}_{64+:43}
grafana glsa_{62:32}_{16:8}
grafana_cloud glc_eyJvIjoi{64+:90}
newrelic NRAK-{A:27}
newrelic_insert NRII-{64:32}
datadog DD_API_KEY: |{16:32}
datadog_app datadog application key |{16:40}
dynatrace dt0c01.{A:24}.{A:64}
posthog phx_{62:43}
honeycomb hcaik_01{36:56}
openai_user sk-{62:48}
openai_marked sk-{62:20}T3BlbkFJ{62:20}
openai_project sk-proj-{64:74}T3BlbkFJ{64:74}
openai_project_short sk-proj-{62:48}
openai_service sk-svcacct-{64:74}T3BlbkFJ{64:74}
openai_admin sk-admin-{64:58}T3BlbkFJ{64:58}
anthropic sk-ant-api03-{64:93}AA
anthropic_admin sk-ant-admin01-{64:93}AA
huggingface hf_{a:34}
groq gsk_{62:52}
xai xai-{62:80}
perplexity pplx-{62:48}
openrouter sk-or-v1-{16:64}
deepseek sk-{16:32}
fireworks fw_{62:24}
together tgp_v1_{64:43}
replicate r8_{62:37}
nvidia nvapi-{64:64}
cerebras csk-{36:48}
cohere COHERE_API_KEY={Q}|{62:40}
mistral my mistral key is |{62:32}
voyage pa-{64:43}
elevenlabs sk_{16:48}
pinecone pcsk_{62:5}_{62:63}
tavily tvly-dev-{62:32}
firecrawl fc-{16:32}
jina jina_{16:32}{64:28}
llamacloud llx-{62:48}
langsmith lsv2_pt_{16:32}_{16:10}
langfuse sk-lf-{uuid}
wandb WANDB_API_KEY=|{16:40}
apify apify_api_{62:36}
e2b e2b_{16:40}
slack_bot xoxb-{10:12}-{10:13}-{62:24}
slack_user xoxp-{10:12}-{10:12}-{10:13}-{16:32}
slack_app xapp-1-A{A:10}-{10:13}-{16:64}
slack_webhook https://hooks.slack.com/services/T{A:10}/B{A:10}/{62:24}
sendgrid SG.{64:22}.{64:43}
mailgun key-{16:32}
mailchimp {16:32}-us14
brevo xkeysib-{16:64}-{62:16}
twilio SK{16:32}
twilio_auth twilio auth token: |{16:32}
telegram 7{10:9}:AA{64:33}
discord_webhook https://discord.com/api/webhooks/{10:19}/{64:68}
stripe sk_live_{62:24}
stripe_long sk_live_51{62:97}
stripe_restricted rk_live_{62:24}
stripe_test sk_test_{62:24}
stripe_webhook whsec_{62:32}
shopify shpat_{16:32}
shopify_secret shpss_{16:32}
square sq0atp-{64:22}
square_secret sq0csp-{64:43}
square_access EAAA{64:60}
braintree access_token$production${36:16}${16:32}
plaid access-production-{uuid}
razorpay rzp_live_{62:14}
linear lin_api_{62:40}
notion ntn_{10:11}{62:35}
notion_old secret_{62:43}
airtable pat{62:14}.{16:64}
asana 1/{10:16}:{16:32}
figma figd_{64:40}
contentful CFPAT-{64:43}
hubspot pat-na1-{uuid}
okta okta token |00{64:40}
mapbox sk.eyJ1Ijoi{62:60}.{62:22}
typeform tfp_{62:44}
yandex_oauth y0_AgAAAA{64:50}
yandex_cloud AQVN{64:36}
azure_acr {64+:42}+ACR{62:6}
aws_appsync da2-{36:26}
mongodb_atlas mdb_sa_sk_{64:40}
clickhouse 4b1d{62:38}
scalingo tk-us-{64:48}
deno_deploy ddp_{62:36}
harness pat.{62:22}.{16:24}.{62:20}
infracost ico-{62:32}
rootly rootly_{16:64}
resend re_{62:8}_{62:24}
mailersend mlsn.{16:64}
klaviyo pk_{16:34}
vk vk1.a.{64:80}
bitbucket_dc BBDC-{62:44}
salesforce 00D{62:12}!{62:96}
zoho 1000.{16:32}.{16:32}
rapidapi {36:10}msh{36:15}p1{36:5}jsn{36:12}
maxmind {62:6}_{62:29}_mmk
frameio fio-u-{64:64}
adafruit aio_{62:28}
mollie live_{62:30}
ramp ramp_sec_{62:48}
recharge sk_2x2_{16:64}
voiceflow VF.DM.{16:24}.{62:16}
newrelic_licence eu01xx{16:26}FFFFNRAL
opsgenie the opsgenie key is |{uuid}
vultr VULTR_API_KEY=|{A:36}
"""


def formats() -> dict[str, tuple[str, str]]:
    """By vendor: the text that a key needs before it, and its form."""
    table = {}
    for line in FORMATS.strip().splitlines():
        vendor, form = line.split(" ", 1)
        before, _, form = form.rpartition("|")
        table[vendor] = (before.replace("{Q}", '"'), form)
    return table


def fill(form: str, rng: random.Random) -> str:
    def part(match: re.Match[str]) -> str:
        if match[1]:
            return str(uuid.UUID(int=rng.getrandbits(128), version=4))
        return "".join(rng.choices(ALPHABETS[match[2]], k=int(match[3])))

    return PART.sub(part, form)


def vendor_key(rng: random.Random, vendor: str | None = None) -> tuple[str, str]:
    """(text before it, key)."""
    table = formats()
    before, form = table[vendor or rng.choice(list(table))]
    return before, fill(form, rng)


def jwt(rng: random.Random) -> str:
    header = {"alg": rng.choice(["HS256", "RS256", "ES256"]), "typ": "JWT"}
    if rng.random() < 0.3:
        header = {"typ": "JWT", "alg": "RS256", "kid": fill("{62:12}", rng)}
    claims = {"sub": fill("{10:8}", rng), "iat": rng.randint(1_600_000_000, 1_800_000_000)}
    parts = [json.dumps(part, separators=(",", ":")).encode() for part in (header, claims)]
    parts.append(rng.randbytes(rng.choice([32, 64, 256])))
    return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts)


def pem_private_key(rng: random.Random) -> str:
    kind = rng.choice(["", "RSA ", "EC ", "OPENSSH ", "ENCRYPTED ", "DSA "])
    body = base64.b64encode(rng.randbytes(rng.choice([121, 300, 1190]))).decode()
    lines = "\n".join(body[at : at + 64] for at in range(0, len(body), 64))
    return f"-----BEGIN {kind}PRIVATE KEY-----\n{lines}\n-----END {kind}PRIVATE KEY-----"
