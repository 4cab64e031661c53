import Glibc

/// Writes a line to standard output.
func say(_ line: String) { emit(line, to: STDOUT_FILENO) }

/// Writes a line to standard error.
func complain(_ line: String) { emit(line, to: STDERR_FILENO) }

private func emit(_ line: String, to descriptor: Int32) {
  Array("\(line)\n".utf8).withUnsafeBytes { _ = write(descriptor, $0.baseAddress, $0.count) }
}
