"""The least time that the work of `make bench` can take here, in cycles of a number or coordinate.

Normals: the loop of each backend's object file, by llvm-mca. With 512 bits two ports do all vector
operations: what they have to do. With 256 bits most operations have a choice, and so does the
integer work: what llvm-mca calls the reciprocal throughput of the block, from the units of each
kind and from the instructions that a cycle can begin. A step adds its arithmetic, counted by hand
in simd/kernels/source.h and dynamics.h, on the ports that multiply and add; divisions and roots
share a unit, which may have more to do than all the rest. Loads, stores, what waits for what, the
ends of sums: nothing.

Not every LLVM knows a processor of AMD's with AVX-512. Zen 4 works on each half of such a vector on
one of four ports, so that what takes one of two ports of Intel's takes as much there, and Intel's
model stands for it; divisions and roots are those of two halves.
"""

import re
import shutil
import subprocess

LANES = {"avx2": 4, "avx512": 8, "avx512ifma": 8}
# workload: normals a coordinate and step; operations on a vector, of them multiplications;
# divisions and roots
STEPS = {
    "normals": (1, 0, 0, 0, 0),
    "sgd": (1, 20, 13, 0, 0),
    "svag": (2, 31, 20, 0, 0),
    "em": (4, 4 * 21, 4 * 14, 0, 0),
    "momentum": (1, 23, 14, 0, 0),
    "adamw": (1, 31, 19, 3, 1),
}
INSTRUCTION = re.compile(r"\s+([0-9a-f]+):\s+(\S+)\s*(.*)")


def run(*command, **options):
    return subprocess.run(command, capture_output=True, text=True, check=True, **options).stdout


def loop(path):
    """The instructions of the loop that makes most normals a round: most roots, then shortest."""
    code = [(int(match[1], 16), match[2], match[3].split("#")[0])
            for match in map(INSTRUCTION.match, run("objdump", "-d", "--no-show-raw-insn",
                                                    path).splitlines()) if match]
    place = {address: i for i, (address, *_) in enumerate(code)}
    found = []
    for i, (address, name, operands) in enumerate(code):
        target = re.match(r"([0-9a-f]+) <", operands)
        if name.startswith("j") and target and int(target[1], 16) <= address:
            body = code[place[int(target[1], 16)]:i + 1]
            found.append((-sum("vsqrt" in name for _, name, _ in body), len(body), body))
    roots, _, body = min(found)
    return -roots, [f"{name} .L" if name.startswith("j") else
                    f"{name} {re.sub('<.*?>', '', operands)}"
                    for _, name, operands in body if name != "call"]


def least(model, instructions, lanes):
    """Cycles of a round."""
    text = ".L:\n" + "\n".join(instructions) + "\n"
    report = run("llvm-mca", f"-mcpu={model}", "-iterations=100", input=text)
    throughput = float(re.search(r"Block RThroughput: *([\d.]+)", report)[1])
    ports = report.split("Resource pressure per iteration:")[1].splitlines()[2].split()
    busiest = max(float(word) for word in ports if word != "-")
    return max(throughput, busiest) if lanes == 8 else throughput


def cycles(programs, backends, maker):
    """{workload: {backend: cycles}} for the backends whose floor is known; or why there is none."""
    for tool in ("objdump", "llvm-mca"):
        if not shutil.which(tool):
            return f"{tool} is missing"
    result = {workload: {} for workload in STEPS}
    for backend in backends:
        if backend not in LANES:
            continue
        lanes = LANES[backend]
        amd = maker == "AuthenticAMD"
        model = "znver3" if amd and lanes == 4 else "icelake-server"
        half = amd and lanes == 8
        register = "ymm" if half or lanes == 4 else "zmm"
        roots, body = loop(f"{programs}/../../simd/normals_{backend}.o")
        normal = least(model, body, lanes) / (2 * lanes * roots)
        root, quotient = (
            (2 if half else 1) * least("znver3" if half else model, [instruction], lanes)
            for instruction in (f"vsqrtpd %{register}1, %{register}2",
                                f"vdivpd %{register}1, %{register}2, %{register}3"))
        for workload, (normals, operations, products, divisions, more) in STEPS.items():
            # Two ports do both; AMD has two for products and two for sums, half as wide as AVX-512.
            width = 4 if amd else lanes
            units = max(operations / 4, products / 2) if amd else operations / 2
            divider = (divisions * quotient + (more + normals / 2) * root) / lanes
            result[workload][backend] = max(normals * normal + units / width, divider)
    return result
