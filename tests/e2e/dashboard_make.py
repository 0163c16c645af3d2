"""dashboard_make.py FILE KIND: rows as a gateway logs them. hostile: names that want to be markup, move text or are very long; one: a
single row; years: a row a day over three years, and two that are decades away; hours: one day."""
import json, sys

TEAMS = ["<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "a&b 'quoted' \"twice\"", "\u202etxt.exe\u202c", "Überführung-Qualitätssicherung-und-Betrieb", "研究開発本部人工知能推進室第二担当",
         "{{{raw}}} {{#section}}", "team-with-forty-letters-in-one-single-wor", "</table></style>", "&lt;escaped&gt;", "`back` $(sh) \\", "a\u0000b".replace("\u0000", " "),
         "x" * 120, None]
KIND = sys.argv[2]


def row(i, at, team, failed=False, model="gpt-4o"):
    return {"id": f"chatcmpl-{i:024x}", "trace_id": f"{i:032x}", "call_id": f"call-{i:08d}", "call_type": "acompletion", "status": "failure" if failed else "success",
            "custom_llm_provider": "openai", "startTime": at, "endTime": at + 0.5 + i % 7, "response_time": 0.5 + i % 7, "model": model, "model_group": model,
            "api_base": "https://api.example.com/v1",
            "metadata": {"user_api_key_hash": f"{i % 13 + 1:064x}", "user_api_key_team_id": team, "user_api_key_alias": team, "attempted_retries": 0,
                         "error_information": {"error_code": "429", "error_class": "<b>RateLimit</b>"} if failed else None},
            "cache_hit": i % 5 == 0, "response_cost": i % 9 / 1000, "total_tokens": 3 * i + 9, "prompt_tokens": 2 * i + 4, "completion_tokens": i + 5, "end_user": None,
            "error_information": {"error_code": "429", "error_class": "<b>RateLimit</b>"} if failed else None}


START = 1780272000  # 2026-06-01
if KIND == "hostile":
    rows = [row(i, START + i * 7000, TEAMS[i % len(TEAMS)], i % 11 == 3, f"model-{i % 17}<i>") for i in range(280)]
elif KIND == "one":
    rows = [row(7, START + 3600, "solo")]
elif KIND == "years":
    rows = [row(i, START - 86400 * 1095 + 86400 * i, "t", i % 4 == 0) for i in range(1095)] + [row(5000, 86400 * 400, "t"), row(5001, START + 86400 * 20000, "t")]
else:
    rows = [row(i, START + i * 411, "t", i % 3 == 0) for i in range(200)]
with open(sys.argv[1], "w") as f:
    for r in rows:
        f.write(json.dumps(r, ensure_ascii=False) + "\n")
