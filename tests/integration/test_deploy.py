"""What is for other machines than this: what cmake --install puts in place, and what docker-compose.yml and the
Dockerfile repeat of the sources. That they run is for tests/compose."""

import json
import os
import re
import subprocess

import pytest
import yaml
from harness.settings import ROOT, product_env, settings

WORKERS = ("importer", "recycler", "exporter", "stats")
PROGRAMS = {"leadspool", *(f"leadspool-{worker}" for worker in WORKERS)}


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    root = tmp_path_factory.mktemp("root")
    command = ["cmake", "--install", settings().bin]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env={**os.environ, "DESTDIR": str(root)})
    return root / "usr" / "local"


def test_programs_manuals_and_units_are_in_place(root):
    found = {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}
    units = {f"leadspool-{worker}@.service" for worker in WORKERS} | {"leadspool@.target"}
    wanted = {f"bin/{name}" for name in PROGRAMS} | {f"lib/systemd/system/{name}" for name in units}
    wanted |= {"lib/sysusers.d/leadspool.conf", "lib/tmpfiles.d/leadspool.conf"}
    wanted |= {"share/man/man1/leadspool.1", "share/bash-completion/completions/leadspool"}
    wanted |= {f"share/man/man8/leadspool-{worker}.8" for worker in WORKERS}
    assert wanted <= found


def test_units_run_the_installed_workers(root):
    for worker in WORKERS:
        text = (root / f"lib/systemd/system/leadspool-{worker}@.service").read_text()
        [program] = re.findall(r"^ExecStart=/usr/local/(.+)$", text, re.MULTILINE)
        assert program == f"bin/leadspool-{worker}" and os.access(root / program, os.X_OK)
        assert f"leadspool-{worker}@%i.service" in (root / "lib/systemd/system/leadspool@.target").read_text()


@pytest.mark.skipif(os.getuid() != 0, reason="makes a user, in a root of its own")
def test_user_and_folder_are_made(root):
    top = root.parents[1]
    (top / "etc/leadspool").mkdir(parents=True)
    secrets = [top / "etc/leadspool" / name for name in ("acme.env", "acme.key")]
    for secret in secrets:
        secret.touch(0o644)
    for words in (["systemd-sysusers"], ["systemd-tmpfiles", "--create"]):
        subprocess.run([*words, f"--root={top}", "leadspool.conf"], check=True)
    number = re.search(r"--uid (\d+)", (ROOT / "deploy/docker/Dockerfile").read_text())[1]
    assert f"leadspool:x:{number}:{number}:" in (top / "etc/passwd").read_text(), "on one volume the image's, too"
    for path, mode in [(top / "etc/leadspool", 0o700), *((secret, 0o600) for secret in secrets)]:
        assert (path.stat().st_mode & 0o777, path.owner(), path.group()) == (mode, "root", "root")


def unit_settings(text):
    """Name to values."""
    found = {}
    for name, value in re.findall(r"^([A-Z]\w+)=(.*)$", text, re.MULTILINE):
        found.setdefault(name, []).append(value)
    return found


def test_units_give_a_worker_the_secrets_and_files_of_its_own_namespace_only(root):
    for worker in WORKERS:
        unit = unit_settings((root / f"lib/systemd/system/leadspool-{worker}@.service").read_text())
        assert unit["LoadCredential"] == ["number.key:/etc/leadspool/%i.key"]
        assert "LEADSPOOL_NUMBER_KEY_FILE=%d/number.key" in unit["Environment"]
        assert unit["InaccessiblePaths"] == ["-/etc/leadspool"]
        assert unit["TemporaryFileSystem"] == ["/var/lib/leadspool:ro"]
        assert unit["BindPaths"] == ["/var/lib/leadspool/%i"]


def test_settings_as_the_units_give_them_are_taken_and_wrong_ones_end_without_a_restart(root, tmp_path):
    """The example with the unit's own; a key in both places is what its example must not have."""
    example = (root / "share/doc/leadspool/namespace.env.example").read_text()
    env = dict(line.split("=", 1) for line in example.splitlines() if not line.startswith("#"))
    unit = unit_settings((root / "lib/systemd/system/leadspool-importer@.service").read_text())
    env |= dict(setting.split("=", 1) for setting in unit["Environment"])
    env = {name: value.replace("%i", "acme").replace("%d", str(tmp_path)) for name, value in env.items()}
    command = [settings().bin / "leadspool-importer", "--check-config"]
    wrong = subprocess.run(command, env=env, capture_output=True, text=True)  # no key yet
    assert unit["RestartPreventExitStatus"] == [str(wrong.returncode)] and "number.key" in wrong.stderr
    (tmp_path / "number.key").write_text("a key of sixteen bytes\n")
    checked = subprocess.run(command, env=env, capture_output=True, text=True)
    assert (checked.returncode, checked.stderr) == (0, "")
    assert "LEADSPOOL_NUMBER_KEY=******** (file)" in checked.stdout


def compose_services():
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]


def compose_environment(service):
    """As without an .env file."""
    default = re.compile(r"\$\{[A-Z_]+:-([^}]*)\}")
    given = compose_services()[service]["environment"]
    return {name: default.sub(r"\1", str(value)) for name, value in given.items()}


def test_one_service_builds_the_image_and_the_others_of_it_wait_for_that():
    """Builds of one tag beside each other fail; a service without a build takes the image from one that it needs."""
    services = compose_services()
    [builder] = [name for name, service in services.items() if "build" in service]
    ours = {name for name, service in services.items() if service["image"] == services[builder]["image"]}
    assert ours == {builder, "cli", *WORKERS}
    for name in ours - {builder}:
        assert services[name]["depends_on"][builder] == {"condition": "service_completed_successfully"}, name
        assert services[name]["pull_policy"] == "never", name


@pytest.mark.parametrize("worker", WORKERS)
def test_workers_know_the_settings_of_the_compose_file(worker):
    command = [settings().bin / f"leadspool-{worker}", "--check-config"]
    checked = subprocess.run(command, env=compose_environment(worker), capture_output=True, text=True)
    assert (checked.returncode, checked.stderr) == (0, "")
    assert "KAFKA_BOOTSTRAP_SERVERS=kafka:19092 (environment)" in checked.stdout


def test_variables_of_the_compose_file_may_be_exported_where_leadspool_runs():
    """leadspool refuses a name of LEADSPOOL_ or KAFKA_ that it does not know."""
    variables = dict(re.findall(r"\$\{([A-Z_]+):-([^}]*)\}", (ROOT / "docker-compose.yml").read_text()))
    assert {"IMAGE_KAFKA", "PORT_KAFKA"} <= variables.keys()
    command = [settings().bin / "leadspool-importer", "--check-config"]
    checked = subprocess.run(command, env=variables, capture_output=True, text=True)
    assert (checked.returncode, checked.stderr) == (0, "")


def test_the_image_is_built_from_the_libraries_of_setup():
    named = re.compile(r"\b[a-z0-9-]+-dev\b")
    setup = set(named.findall((ROOT / "deploy/dev/setup.sh").read_text()))
    assert set(named.findall((ROOT / "deploy/docker/Dockerfile").read_text())) == setup - {"libcriterion-dev"}


def scrape_targets():
    """Those of scrape.yml for compose, and those that stand there as a comment, for systemd."""
    written = (ROOT / "deploy/prometheus/scrape.yml").read_text()
    [job] = yaml.safe_load(written)["scrape_configs"]
    [compose] = job["dns_sd_configs"]
    [systemd] = yaml.safe_load("\n".join(re.findall(r"^ *#  (.*)$", written, re.MULTILINE)))
    [named] = job["relabel_configs"]
    assert job["job_name"] == "leadspool" and {named["target_label"]} == systemd["labels"].keys() == {"ns"}
    assert compose["type"] == "A"  # a record for each container of a service
    return [f"{name}:{compose['port']}" for name in compose["names"]], systemd["targets"]


def test_prometheus_looks_where_workers_listen(root):
    compose, systemd = scrape_targets()
    ports = {worker: compose_environment(worker)["LEADSPOOL_HTTP_PORT"] for worker in WORKERS}
    assert sorted(compose) == sorted(f"{worker}:{port}" for worker, port in ports.items())
    listened = []
    for worker in WORKERS:
        unit = unit_settings((root / f"lib/systemd/system/leadspool-{worker}@.service").read_text())
        env = dict(setting.split("=", 1) for setting in unit["Environment"])
        listened.append(f"127.0.0.1:{env['LEADSPOOL_HTTP_PORT']}")
    assert sorted(systemd) == sorted(listened)
    assert len(set(listened)) == len(WORKERS)


def test_each_secret_of_our_services_can_come_from_a_file():
    """deploy/docker/secrets.yml takes the variable away, and gives a file that it has."""
    override = yaml.safe_load((ROOT / "deploy/docker/secrets.yml").read_text())
    command = [settings().bin / "leadspool", "reference", "settings", "--json"]
    said = subprocess.run(command, env=product_env(), check=True, capture_output=True, text=True).stdout
    secret = {row["setting"] for row in json.loads(said) if row["secret"]}
    ours = {name: service["environment"] for name, service in compose_services().items() if "LEADSPOOL_NUMBER_KEY" in service.get("environment", {})}
    assert set(override["services"]) == set(ours) and len(ours) == 6
    for name, environment in ours.items():
        instead = override["services"][name]
        files = {f"/run/secrets/{file}" for file in instead["secrets"]}
        for variable in secret & set(environment):
            assert instead["environment"].pop(variable, "kept") is None, (name, variable)
            assert instead["environment"].pop(f"{variable}_FILE") in files, (name, variable)
        assert instead["environment"] == {}, name
    assert {file for service in override["services"].values() for file in service["secrets"]} == set(override["secrets"])
