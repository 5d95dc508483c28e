"""The unit and the image: what they run exists, is not root's, and is told from dead when it hangs."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import click
import pytest
import yaml

from monitor.cli import cli
from monitor.pulse import DEAD, TICK, Pulse
from monitor.store.on_postgres import OLDEST
from tests.web import town

ROOT = Path(__file__).parents[1]
UNITS = [ROOT / "deploy" / name for name in ("monitor.service", "monitor-work@.service")]
UNIT, WORKER = UNITS
COMPOSE = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text("utf-8"))
IMAGE = (ROOT / "Dockerfile").read_text("utf-8")


def unit(name: str, file: Path = UNIT) -> list[str]:
    return re.findall(rf"^{name}=(.*)$", file.read_text("utf-8"), re.M)


def image(word: str) -> list[str]:
    """Return what follows *word* at the start of an instruction, lines that go on joined."""
    return re.findall(rf"^{word} +(.*)$", IMAGE.replace("\\\n", " "), re.M)


def accepted(args: list[str]) -> None:
    """Check that the program knows the command and its options; it is not run."""
    command = cli.commands[args[0]]
    with click.Context(command) as context:
        command.parse_args(context, args[1:])


# --------------------------------------------------------------------------- systemd


@pytest.mark.parametrize("file", UNITS, ids=lambda file: file.name)
def test_the_unit_runs_a_command_that_is_there_and_restarts_what_may_pass(file):
    (start,) = unit("ExecStart", file)
    accepted([word for word in shlex.split(start)[1:] if word != "$ARGS"])
    kept = {"Type": "notify", "Restart": "on-failure", "RestartPreventExitStatus": "2", "User": "monitor"}
    assert {name: unit(name, file) for name in kept} == {name: [value] for name, value in kept.items()}
    assert unit("NoNewPrivileges", file) == ["yes"] and unit("ProtectSystem", file) == ["strict"]


def test_what_the_worker_is_confined_by_is_what_the_daemon_is_confined_by():
    def confined(file: Path) -> list[str]:
        return file.read_text("utf-8").partition("# What it needs")[2].splitlines()

    assert confined(UNIT) == confined(WORKER) and len(confined(UNIT)) > 20


def test_an_outdated_worker_is_started_until_the_newer_version_is_there():
    (example,) = re.findall(r"ARGS=(--.*), say", WORKER.read_text("utf-8"))
    accepted(["work", *shlex.split(example)])
    assert unit("StartLimitIntervalSec", WORKER) == ["0"]


@pytest.mark.parametrize("file", UNITS, ids=lambda file: file.name)
def test_the_watchdog_waits_as_long_as_the_health_of_the_page(file):
    (watchdog,) = unit("WatchdogSec", file)
    assert watchdog == f"{DEAD * TICK / 60:g}min"


@pytest.mark.long
@pytest.mark.parametrize("file", UNITS, ids=lambda file: file.name)
def test_systemd_takes_the_unit_and_finds_little_exposed(tmp_path, file):
    tried = tmp_path / file.name.replace("@", "@1")
    tried.write_text(file.read_text("utf-8").replace(unit("ExecStart", file)[0], "/bin/true"), "utf-8")
    ran = subprocess.run(["systemd-analyze", "verify", tried], capture_output=True, text=True)
    assert (ran.returncode, ran.stderr) == (0, "")
    # Ten is everything; two is what systemd calls OK. What is left is mostly that it has the network.
    command = ["systemd-analyze", "security", "--offline=yes", "--threshold=20", "--no-pager", tried]
    ran = subprocess.run(command, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout


# --------------------------------------------------------------------------- the image


def test_the_image_copies_what_is_there_and_no_database():
    ignored = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    sources = [s for line in image("COPY") if "--from" not in line for s in line.split()[:-1]]
    assert sources and all((ROOT / s).exists() and f"!{s}" in ignored for s in sources)
    assert ignored[0] == "*" and "**/*.db*" in ignored


def test_the_image_holds_all_that_the_wheel_is_made_of():
    """What hatchling puts into the wheel must be among what is copied."""
    needed = re.findall(r'^"([^"]+)" = "monitor/_shipped', (ROOT / "pyproject.toml").read_text("utf-8"), re.M)
    copied = " ".join(image("COPY"))
    assert needed and all(name in copied for name in (*needed, "README.md", "monitor"))


def test_the_image_is_nobodys_root_and_keeps_its_data_in_a_volume():
    (user,) = image("USER")
    assert re.fullmatch(r"[1-9]\d{3,}:[1-9]\d{3,}", user)
    assert image("VOLUME") == image("WORKDIR")[1:] == ["/data"]
    assert IMAGE.rindex("USER ") > IMAGE.rindex("RUN ")


def test_the_image_runs_a_command_that_is_there_where_others_can_reach_it():
    args = json.loads(image("CMD")[-1])
    accepted(args)
    assert json.loads(image("ENTRYPOINT")[0]) == ["monitor"] and f"0.0.0.0:{image('EXPOSE')[0]}" in args


def test_the_image_knows_the_living_from_the_dead(tmp_path):
    (probe,) = re.findall(r"^HEALTHCHECK .*? CMD (\[.*\])$", IMAGE.replace("\\\n", " "), re.M)
    command = json.loads(probe)
    now = [0.0]
    pulse = Pulse(1.0, lambda: now[0])
    town.built(tmp_path / "town.db").close()
    with town.serving(tmp_path / "town.db", pulse=pulse) as url:

        def status() -> int:
            port = url.rstrip("/").rpartition(":")[2]
            return subprocess.run([sys.executable, *command[1:-1], command[-1].replace("8321", port)]).returncode

        assert status() == 0
        now[0] += DEAD + 1
        assert status() == 1


# --------------------------------------------------------------------------- several of them


def test_the_compose_file_starts_commands_that_are_there_where_their_health_can_be_asked():
    services = COMPOSE["services"]
    for name in ("run", "work"):
        accepted(services[name]["command"])
        assert services[name]["command"][:2] == [name, "--listen"]
        assert services[name]["command"][2] == f"0.0.0.0:{image('EXPOSE')[0]}"
        assert (services[name]["read_only"], services[name]["cap_drop"]) == (True, ["ALL"])
        assert services[name]["depends_on"] == {"database": {"condition": "service_healthy"}}
    assert (ROOT / "deploy" / services["run"]["build"] / "Dockerfile").is_file()
    assert services["run"]["ports"] == ["127.0.0.1:8321:8321"] and "ports" not in services["work"]


def test_the_compose_file_keeps_the_password_out_and_the_database_in_a_volume():
    database = COMPOSE["services"]["database"]
    assert database["image"] == f"postgres:{OLDEST}" and "ports" not in database
    assert database["volumes"] == ["database:/var/lib/postgresql/data"] and "database" in COMPOSE["volumes"]
    passwords = [
        s["environment"][key] for s in COMPOSE["services"].values() for key in s["environment"] if "PASS" in key
    ]
    assert set(passwords) == {"${PGPASSWORD:?in .env}"}


def test_the_image_can_reach_a_server():
    (install,) = [line for line in image("RUN") if "pip install" in line]
    assert "'.[scale]'" in install
