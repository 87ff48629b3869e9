// Runs a WASI program in JavaScriptCore's shell, which has no WASI of its own:
//   jsc wasi_jsc.js -- PROGRAM < FILE
// No arguments, no environment, no files but the three standard ones; the exit status passes.
const [path] = arguments;
const program = new WebAssembly.Module(readFile(path, 'binary'));
let input = null, taken = 0, line = '', memory;
const SUCCESS = 0, BAD_FILE = 8, NOT_SEEKABLE = 70, CHARACTER_DEVICE = 2;

const view = () => new DataView(memory.buffer);
class Exit {
  constructor(status) { this.status = status; }
}

// The pieces of a list of (address, length), as arrays of bytes.
function pieces(list, count) {
  return Array.from({ length: count }, (_, i) => new Uint8Array(memory.buffer,
    view().getUint32(list + 8 * i, true), view().getUint32(list + 8 * i + 4, true)));
}

const calls = {
  args_sizes_get(count, size) {
    view().setUint32(count, 0, true);
    view().setUint32(size, 0, true);
    return SUCCESS;
  },
  args_get: () => SUCCESS,
  fd_fdstat_get(file, status) {
    if (file > 2) return BAD_FILE;
    new Uint8Array(memory.buffer, status, 24).fill(0);
    view().setUint8(status, CHARACTER_DEVICE);
    return SUCCESS;
  },
  fd_seek: () => NOT_SEEKABLE,
  fd_close: () => SUCCESS,
  fd_read(file, list, count, done) {
    if (file !== 0) return BAD_FILE;
    input = input ?? readFile('/dev/stdin', 'binary');
    let size = 0;
    for (const piece of pieces(list, count)) {
      const part = input.subarray(taken, taken + piece.length);
      piece.set(part);
      taken += part.length;
      size += part.length;
    }
    view().setUint32(done, size, true);
    return SUCCESS;
  },
  // print() ends the line that it prints.
  fd_write(file, list, count, done) {
    if (file !== 1 && file !== 2) return BAD_FILE;
    let size = 0;
    for (const piece of pieces(list, count)) {
      line += String.fromCharCode(...piece);
      size += piece.length;
    }
    const lines = line.split('\n');
    line = lines.pop();
    lines.forEach((each) => print(each));
    view().setUint32(done, size, true);
    return SUCCESS;
  },
  proc_exit(status) { throw new Exit(status); },
};

const instance = new WebAssembly.Instance(program, { wasi_snapshot_preview1: calls });
memory = instance.exports.memory;
let status = 0;
try {
  instance.exports._start();
} catch (ended) {
  if (!(ended instanceof Exit)) throw ended;
  status = ended.status;
}
if (line !== '') print(line);
quit(status);
