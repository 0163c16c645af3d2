"""pipelines.py FILE: runs the steps of a pipeline file in the current folder, as its service would; its exit code is the job's.

GitHub Actions: each `run` by `bash -e`, in order; a failing step ends the job unless it says continue-on-error; `if: always()` and
`if: steps.ID.outcome == 'failure'` are understood. GitLab CI: the lines of `script` in one `bash -e`; allow_failure's codes are printed.
Artefacts that a file promises must be there."""
import os, subprocess, sys, yaml


def shell(text):
    return subprocess.run(["bash", "-e", "-o", "pipefail", "-c", text], stdin=subprocess.DEVNULL).returncode


def promised(paths):
    for p in paths if isinstance(paths, list) else [paths]:
        if not os.path.isdir(p) or not os.listdir(p):
            sys.exit("artefact %s is not there" % p)


def github(doc):
    result, outcome = 0, {}
    (job,) = doc["jobs"].values()
    for step in job["steps"]:
        when = step.get("if", "success()")
        wanted = when == "always()" or (when == "success()" and not result)
        if when.startswith("steps."):
            name, rest = when[len("steps."):].split(".", 1)
            assert rest == "outcome == 'failure'", when
            wanted = not result and outcome.get(name) == "failure"
        if not wanted:
            continue
        if "run" not in step:
            if step["uses"].startswith("actions/upload-artifact"):
                promised(step["with"]["path"])
            continue
        code = shell(step["run"])
        outcome[step.get("id", step["name"])] = "failure" if code else "success"
        print(step["name"], code)
        if code and not step.get("continue-on-error"):
            result = code
    return result


def gitlab(doc):
    (job,) = [j for j in doc.values() if isinstance(j, dict) and "script" in j]
    code = shell("\n".join(job["script"]))
    promised(job["artifacts"]["paths"])
    print("script", code, "allowed" if code in job["allow_failure"]["exit_codes"] else "")
    return code


doc = yaml.safe_load(open(sys.argv[1]))
sys.exit(github(doc) if "jobs" in doc else gitlab(doc))
