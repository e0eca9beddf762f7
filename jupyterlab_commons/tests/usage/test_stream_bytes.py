"""What a page that looks at everything costs, with figures as they jitter."""

from __future__ import annotations

import random

from jupyterlab_commons.tests.chance import by_chance
from jupyterlab_commons.usage.shapes import ConsumerUse, GpuUse

from .fakes import GIB, MIB, WALL, kernel_row, sample
from .test_stream_frames import Page, Server


def gpus(chance: random.Random) -> dict[str, GpuUse]:
    """Eight cards with the jitter that cards have; the first is at work."""
    cards = idle_gpus(chance)
    at_work: GpuUse = {
        "busy": min(100, 96 + chance.gauss(0, 2)),
        "memoryUsed": 60 * GIB,
        "memoryBusy": 45 + chance.gauss(0, 3),
        "power": 550 + chance.gauss(0, 10),
        "temperature": 62 + chance.choice([-1, 0, 0, 1]),
        "clock": 1755 + 15 * chance.choice([-1, 0, 0, 1]),
        "pcieReceived": 1e9 * chance.uniform(0.8, 1.2),
        "pcieSent": 3e8 * chance.uniform(0.8, 1.2),
    }
    cards["0"].update(at_work)
    return cards


def idle_gpus(chance: random.Random) -> dict[str, GpuUse]:
    return {
        str(index): {
            "vendor": "nvidia",
            "name": "NVIDIA H100 80GB HBM3",
            "uuid": f"GPU-{index:08x}-0000-4444-8888-0123456789ab",
            "index": index,
            "state": "ok",
            "busy": 0,
            "memoryUsed": 560 * MIB,
            "memoryTotal": 80 * GIB,
            "memoryBusy": 0,
            "power": 71 + chance.gauss(0, 0.4),
            "powerLimit": 700,
            "temperature": 31 + chance.choice([0, 0, 0, 0, 1]),
            "clock": 345,
            "clockMost": 1980,
            "memoryClock": 2619,
            "throttle": [],
            "eccErrors": 0,
            "pcieReceived": abs(chance.gauss(0, 300)),
            "pcieSent": abs(chance.gauss(0, 300)),
        }
        for index in range(8)
    }


def kernels(second: int, chance: random.Random) -> dict[str, ConsumerUse]:
    """Ten kernels, of which the first works and grows by 20 MiB a second."""
    rows = {}
    for number in range(10):
        busy = number == 0
        rows[f"0f3c7a52-9d5e-4c1b-8a67-2f1f6c3d9e{number:02d}"] = kernel_row(
            f"analysis-{number}.ipynb",
            300 * MIB + busy * second * 20 * MIB + chance.randint(0, MIB // 4),
            language="Python 3 (ipykernel)",
            state="busy" if busy else "idle",
            activeAt=WALL + busy * second * 1000,
            cpu=0.97 + chance.gauss(0, 0.03) if busy else abs(chance.gauss(0, 0.002)),
            processes=1,
        )
    return rows


async def test_eight_gpus_and_ten_kernels_cost_300_bytes_a_second() -> None:
    chance = by_chance("bytes a second")
    server = Server()
    page = Page(server.clients)
    page.client.look("panel")
    seconds = 300
    for second in range(seconds + 1):
        at = WALL + second * 1000 + chance.randint(0, 20)
        used = 4 * GIB + second * 20 * MIB + chance.randint(-MIB, MIB)
        told = sample(
            at=at,
            memory={"used": used, "limit": 64 * GIB, "peak": used, "cache": GIB},
            cpu={"used": 1 + chance.gauss(0, 0.03), "limit": 8, "throttled": 0},
            network={
                "received": abs(chance.gauss(0, 400)),
                "sent": abs(chance.gauss(0, 400)),
                "of": "server",
            },
            consumers=kernels(second, chance),
            consumersAt=at,
            gpus=gpus(chance),
            gpusAt=at - 300,
        )
        await server.say(told)
    # Four bytes of frame each; what comes first is not part of the rate.
    rate = sum(len(text) + 4 for text in page.texts[1:]) / seconds
    print(f"{rate:.0f} bytes/s, {len(page.texts)} frames, full {len(page.texts[0])}")
    assert rate <= 300
    assert abs(page.state["memory"]["used"] - used) <= 0.003 * used
