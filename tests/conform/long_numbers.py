"""Right implementations stay below a quarter of the bounds of the level numbers, in full, for two
seeds; NUMBERS_SEEDS=20 for as many."""
import concurrent.futures
import os

from distances import FORMS, PRECISIONS, Judged, variant

from common import case, finish

SEEDS = int(os.environ.get("NUMBERS_SEEDS", "2"))

with concurrent.futures.ThreadPoolExecutor(2) as pool:
    tasks = {(form, precision, seed): pool.submit(Judged, variant(precision, form), "--level",
                                                  "numbers", "--seed", str(seed))
             for seed in range(SEEDS) for form in FORMS for precision in PRECISIONS}
    for (form, precision, seed), task in tasks.items():
        with case(f"{form}, {precision}, seed {seed}"):
            task.result().right(0.25)

finish()
