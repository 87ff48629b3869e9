// The shared library from C++11: the experiment of experiment.json, trajectories by threads of
// their own. c++ -std=c++11 sgd.cpp $(pkg-config --cflags --libs sidyn) -pthread
#include <sidyn.h>

#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

struct Row {
  std::uint64_t step;
  double norm2, loss;
};

extern "C" int at_checkpoint(void *user, std::uint64_t step, const double *, const double *row) {
  static_cast<std::vector<Row> *>(user)->push_back({step, row[0], row[1]});
  return 0;
}

// Memory of its own for each call is all that threads need.
static std::vector<Row> run(const sid_experiment &experiment, std::uint64_t trajectory) {
  std::vector<double> x(sid_state_doubles(&experiment.problem, &experiment.dynamics));
  std::vector<double> work(sid_run_workspace(&experiment));
  std::vector<Row> rows;
  std::uint64_t step;
  const sid_status status = sid_run(&experiment, trajectory, at_checkpoint, &rows, x.data(), &step,
                                    work.data(), work.size());
  if (status != SID_OK) throw std::runtime_error(sid_status_text(status));
  return rows;
}

int main(int argc, char **argv) {
  const unsigned count = argc > 1 ? static_cast<unsigned>(std::atoi(argv[1])) : 1;
  const std::vector<double> spectrum{1, 2, 2}, start{1, 0, 1};
  const std::vector<std::uint64_t> checkpoints{0, 10, 100};
  const std::vector<std::int32_t> observables{SID_NORM2, SID_LOSS};
  const sid_segment rates = {0, 0.1, 0.001, 1.0};
  sid_experiment experiment = {};
  experiment.problem.kind = SID_RAYLEIGH;
  experiment.problem.noise = SID_NOISE_GAUSSIAN;
  experiment.problem.dim = 3;
  experiment.problem.sigma = 0.3;
  experiment.problem.spectrum = spectrum.data();
  experiment.dynamics.kind = SID_SGD;
  experiment.dynamics.batch = 1;
  experiment.schedule.kind = SID_PIECEWISE;
  experiment.schedule.segment_count = 1;
  experiment.schedule.segments = &rates;
  experiment.start = {SID_START_POINT, start.data(), 0.0};
  experiment.seed = 7;
  experiment.steps = 100;
  experiment.checkpoints = checkpoints.data();
  experiment.checkpoint_count = static_cast<std::uint32_t>(checkpoints.size());
  experiment.observables = observables.data();
  experiment.observable_count = static_cast<std::uint32_t>(observables.size());
  if (sid_selfcheck() != 0 || sid_experiment_validate(&experiment) != SID_OK) return 3;

  std::vector<std::vector<Row>> rows(count);
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < count; i++)
    threads.emplace_back([&, i] { rows[i] = run(experiment, i); });
  for (std::thread &thread : threads) thread.join();
  for (unsigned i = 0; i < count; i++)
    for (const Row &row : rows[i])
      std::printf("%u,%llu,,%a,%a\n", i, static_cast<unsigned long long>(row.step), row.norm2,
                  row.loss);
}
