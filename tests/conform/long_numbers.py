"""Right implementations stay below a quarter of the bounds of the level numbers for 20 seeds."""
import concurrent.futures

from distances import FORMS, PRECISIONS, Judged, variant

from common import case, finish

with concurrent.futures.ThreadPoolExecutor(2) as pool:
    tasks = {(form, precision, seed): pool.submit(Judged, variant(precision, form), "--level",
                                                  "numbers", "--seed", str(seed))
             for seed in range(20) for form in FORMS for precision in PRECISIONS}
    for (form, precision, seed), task in tasks.items():
        with case(f"{form}, {precision}, seed {seed}"):
            task.result().right(0.25)

finish()
