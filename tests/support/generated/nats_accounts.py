"""What each service may do on NATS, written from what it tells and hears.

python -m tests.support.generated.nats_accounts      writes it anew"""

from __future__ import annotations

from tests.support.generated.golden_samples import ROOT, SERVICES, service

from shared.kernel import PHASE_SERVICES
from shared.messaging.permissions import ServicePermissions, accounts

FILE = ROOT / "deploy" / "nats" / "accounts.conf"
HEADER = """# What each service may do on NATS: an account of its own. Written by `make schemas`.
# Why: docs/adr, “NATS: an account for each service”.
# To use it, say the region and, before this, the public NKey of each user:
#   intake = "U…"   diagnostic = "U…"   …   deployer = "U…"
"""


def written() -> str:
    hearing = [service(name).reactions for name in SERVICES]
    services = [
        ServicePermissions(each.service, each.publishers, reads_whole_logs=each.reads_whole_logs) for each in hearing
    ]
    return HEADER + accounts(services, copied=PHASE_SERVICES)


if __name__ == "__main__":
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(written())
