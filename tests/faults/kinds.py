"""The kinds of fault. Each begins, lasts and is healed before the function returns."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable, Mapping
from pathlib import Path
from threading import Event

from tests.faults.cluster import Cluster, wait_until_ready
from tests.faults.replica import Replica
from tests.faults.schedule import Fault

from embedded.processes.nats import Nats
from embedded.processes.postgres import Postgres

CLOCK_STEP_SECONDS = 3600
Inject = Callable[[Cluster, Fault, Event], None]
"""The event is set when the run ends: a fault that lasts is then healed at once."""


def kill(cluster: Cluster, fault: Fault, _: Event) -> None:
    _find(cluster, fault).kill()


def kill_service(cluster: Cluster, fault: Fault, _: Event) -> None:
    """All processes of a service at once, as when its machine is lost."""
    for replica in cluster.replicas_of(_find(cluster, fault).service):
        replica.kill()


def freeze(cluster: Cluster, fault: Fault, ending: Event) -> None:
    replica = _find(cluster, fault)
    replica.freeze()
    ending.wait(fault.seconds)
    replica.thaw()


def restart(cluster: Cluster, fault: Fault, _: Event) -> None:
    _find(cluster, fault).restart()


def rolling_restart(cluster: Cluster, fault: Fault, ending: Event) -> None:
    """Every process of a service in turn, each once the one before it is ready, or is not within a minute."""
    for replica in cluster.replicas_of(_find(cluster, fault).service):
        if ending.is_set():
            return
        replica.restart()
        for _ in range(600):
            if replica.is_ready(cluster.http) or ending.wait(0.1):
                break


def scale_out_and_in(cluster: Cluster, fault: Fault, ending: Event) -> None:
    """One replica more of a role, under load for a while, and then drained: it must end with 0."""
    beside = _find(cluster, fault)
    with cluster.one_more(beside.service, beside.role) as added:
        for _ in range(600):
            if added.is_ready(cluster.http) or ending.wait(0.1):
                break
        ending.wait(fault.seconds)


def crash_postgres(cluster: Cluster, fault: Fault, ending: Event) -> None:
    """kill -9 of the postmaster: the backends notice and leave."""
    with cluster.servers:
        _end(cluster.postgres, signal.SIGKILL)
        ending.wait(fault.seconds / 3)
        _start_postgres(cluster)


def quit_postgres(cluster: Cluster, _: Fault, __: Event) -> None:
    """SIGQUIT, its immediate shutdown: it recovers from its write-ahead log."""
    with cluster.servers:
        _end(cluster.postgres, signal.SIGQUIT)
        _start_postgres(cluster)


def kill_nats(cluster: Cluster, fault: Fault, ending: Event) -> None:
    with cluster.servers:
        _end(cluster.nats, signal.SIGKILL)
        ending.wait(fault.seconds)
        _start(cluster.nats)


def wipe_nats(cluster: Cluster, _: Fault, __: Event) -> None:
    """Its store is gone; the deploy step makes the streams again, as the operator's guide says."""
    with cluster.servers:
        _end(cluster.nats, signal.SIGKILL)
        _empty(cluster.nats.store)
        _start(cluster.nats)
        cluster.migrate()


def put_back_nats(cluster: Cluster, fault: Fault, ending: Event) -> None:
    """Its store is replaced by a copy that is some seconds old."""
    copy = cluster.folder / "nats-copy"
    with cluster.servers:
        _end(cluster.nats, signal.SIGKILL)
        shutil.copytree(cluster.nats.store, copy)
        _start(cluster.nats)
        ending.wait(fault.seconds)
        _end(cluster.nats, signal.SIGKILL)
        _empty(cluster.nats.store)
        shutil.copytree(copy, cluster.nats.store, dirs_exist_ok=True)
        shutil.rmtree(copy)
        _start(cluster.nats)


def fill_disk_of_nats(cluster: Cluster, fault: Fault, ending: Event) -> None:
    """Its disk is full for a while. It gives up JetStream then; once there is room, somebody starts it again."""
    with cluster.servers:
        cluster.disk_of_nats.fill()
        ending.wait(fault.seconds)
        cluster.disk_of_nats.empty()
        _end(cluster.nats, signal.SIGKILL)
        _start(cluster.nats)


def cut_nats(cluster: Cluster, fault: Fault, ending: Event) -> None:
    cluster.cable.cut()
    ending.wait(fault.seconds)
    cluster.cable.heal()


def freeze_nats(cluster: Cluster, fault: Fault, ending: Event) -> None:
    """The connections stay and nothing passes, as by a firewall that forgot them."""
    cluster.cable.freeze()
    ending.wait(2 * fault.seconds)
    cluster.cable.heal()


def set_clock_back(cluster: Cluster, fault: Fault, ending: Event) -> None:
    """PostgreSQL's, which gives the times of the log and of leases. It stays back until the next time it is set."""
    _set_clock(cluster, -1, fault, ending)


def set_clock_forward(cluster: Cluster, fault: Fault, ending: Event) -> None:
    """And back to the right time afterwards, which is a step back too."""
    _set_clock(cluster, 1, fault, ending)


def _set_clock(cluster: Cluster, sign: int, fault: Fault, ending: Event) -> None:
    """A leader killed meanwhile leaves a lease from before the step."""
    leaders = [each for each in cluster.replicas if each.role == "relay"]
    for lead in (sign * CLOCK_STEP_SECONDS, 0):
        cluster.clock.set_to(lead)
        for replica in leaders[: 2 if lead else None]:
            replica.kill()
        ending.wait(fault.seconds)


PROCESS_FAULTS: Mapping[str, Inject] = {
    "kill": kill,
    "kill-service": kill_service,
    "freeze": freeze,
    "restart": restart,
    "rolling-restart": rolling_restart,
    "scale": scale_out_and_in,
}
SERVER_FAULTS: Mapping[str, Inject] = {
    "postgres-crash": crash_postgres,
    "postgres-quit": quit_postgres,
    "nats-kill": kill_nats,
    "nats-wiped": wipe_nats,
    "nats-put-back": put_back_nats,
    "nats-cut": cut_nats,
    "nats-frozen": freeze_nats,
    "disk-of-nats-full": fill_disk_of_nats,
    "clock-back": set_clock_back,
    "clock-forward": set_clock_forward,
}


def skipped(cluster: Cluster) -> dict[str, str]:
    """The kinds that this machine does not allow, and why."""
    found = {}
    if not cluster.has_small_disk:
        found["disk-of-nats-full"] = "only root can mount a small disk"
    if not cluster.clock.can_be_set:
        found |= dict.fromkeys(("clock-back", "clock-forward"), "Debian's package libfaketime is not installed")
    return found


def _find(cluster: Cluster, fault: Fault) -> Replica:
    return next(each for each in cluster.replicas if each.name == fault.target)


def _end(server: Postgres | Nats, how: signal.Signals) -> None:
    assert server.pid is not None, "it runs"
    os.kill(server.pid, how)
    server.stop()


def _start_postgres(cluster: Cluster) -> None:
    with cluster.clock.used_by_what_starts():
        cluster.postgres.start()
    wait_until_ready(cluster.postgres)


def _start(server: Postgres | Nats) -> None:
    server.start()
    wait_until_ready(server)


def _empty(folder: Path) -> None:
    """The folder stays: a disk may be mounted there."""
    for path in folder.iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()
