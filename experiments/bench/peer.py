"""The common part of the benchmark's Python peers: the setting, the protocol and the clock.

A peer is started with its setting as one JSON argument. Every line on standard input is a count: of steps, of images. The answer to each is
one JSON line {"value": ...}, the measurement over that many.
"""
import json
import resource
import statistics
import sys
import time
from types import SimpleNamespace

PIXELS = 784
TRAINING_IMAGES = 60_000
WARM_UP = 20
# samples in one run of an evaluation
ROWS = 1000


def setting():
    """The setting: task, layers, hidden, latent, batch, threads and the task's other parameters."""
    return SimpleNamespace(**json.loads(sys.argv[1]))


def serve(measure):
    """Answers every count with the result of `measure`."""
    for line in sys.stdin:
        print(json.dumps({"value": measure(int(line))}), flush=True)


def milliseconds(work):
    start = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - start)


def median_after_warm_up(work):
    """Median milliseconds of `work`, the first calls of every measurement not counted."""

    def measure(count):
        for _ in range(WARM_UP):
            work()
        return statistics.median(milliseconds(work) for _ in range(count))

    return measure


def microseconds_per_sample(evaluate_images, samples):
    """Microseconds for one importance sample; `evaluate_images(count)` evaluates that many images."""
    return lambda images: 1000 * milliseconds(lambda: evaluate_images(images)) / (images * samples)


def own_peak():
    """Peak resident memory of this process, KiB: getrusage may tell that of the process that started it."""
    try:
        with open("/proc/self/status") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("VmHWM:"))
    except (OSError, StopIteration):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def peak_memory(work):
    """Peak resident memory of this process after so many calls, MiB."""

    def measure(count):
        for _ in range(count):
            work()
        return own_peak() / 1024

    return measure
