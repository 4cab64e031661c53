internal import Glibc

extension Program {
  /// Reads this process's arguments and environment. Prints help or version and exits 0, or prints one line
  /// about a mistake on standard error and exits 2, where that is what the arguments come to.
  public func start() -> ParsedOptions {
    do {
      switch try request(ArgumentVector(), environment: .process) {
      case .run(let parsed): return parsed
      case .show(let text): Glibc.exit(writeAll(text, to: STDOUT_FILENO) ? 0 : 1)
      }
    } catch {
      exit(because: error)
    }
  }

  /// Prints `error` on standard error and exits 2: for mistakes that show only after the parsing.
  public func exit(because error: UsageError) -> Never {
    _ = writeAll("\(name): \(error)\n", to: STDERR_FILENO)
    Glibc.exit(2)
  }
}

/// Writes all of `text`; false if the descriptor does not take it.
private func writeAll(_ text: String, to descriptor: Int32) -> Bool {
  var rest = Array(text.utf8)[...]
  while !rest.isEmpty {
    let written = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
    if written < 0 && errno == EINTR { continue }
    if written <= 0 { return false }
    rest = rest.dropFirst(written)
  }
  return true
}
