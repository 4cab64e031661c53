internal import Glibc

/// A descriptor that may be a terminal.
struct Terminal {
  let descriptor: Int32

  /// True for a terminal whose cursor can go back to the beginning of the line.
  var canRedraw: Bool {
    guard isatty(descriptor) == 1, let kind = getenv("TERM") else { return false }
    let name = String(cString: kind)
    return !name.isEmpty && name != "dumb"
  }

  /// Columns, 80 where the terminal does not say.
  var width: Int {
    var size = winsize()
    guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
  }

  /// Writes `text`, waiting at most `patience` milliseconds each time that the descriptor takes no output, and
  /// then drops the rest: a drawing is worth no wait, a line at the end a short one.
  func write(_ text: String, patience: Int32) {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
      guard poll(&waiting, 1, patience) == 1 else { return }
      let written = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if written < 0 && errno == EINTR { continue }
      if written <= 0 { return }
      bytes = bytes.dropFirst(written)
    }
  }
}
