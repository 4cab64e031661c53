import Bytes
import Glibc

/// Writes observations to standard error: one JSON object a line, or readable text on a terminal.
struct Log: Sendable {
  enum Format: Sendable {
    case json
    case text
  }

  let format: Format
  let level: Observation.Level

  init(format: String, level: String) {
    switch format {
    case "json": self.format = .json
    case "text": self.format = .text
    default: self.format = isatty(STDERR_FILENO) == 1 ? .text : .json
    }
    self.level =
      switch level {
      case "debug": .debug
      case "warning": .warning
      case "error": .error
      default: .info
      }
  }

  func callAsFunction(_ observation: Observation) {
    guard observation.level >= level else { return }
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    let milliseconds = Int64(now.tv_sec) * 1000 + Int64(now.tv_nsec) / 1_000_000
    var line = ByteBuffer(capacity: 512)
    switch format {
    case .json: writeJSON(observation, milliseconds, to: &line)
    case .text: writeText(observation, milliseconds, to: &line)
    }
    line.append(UInt8(ascii: "\n"))
    // A line is written in one call, so that lines of several loops do not mix.
    line.withBytes { _ = write(STDERR_FILENO, $0.baseAddress, $0.count) }
  }

  private func writeJSON(_ observation: Observation, _ now: Int64, to line: inout ByteBuffer) {
    line.append("{\"time\":\"")
    line.append(utcMilliseconds: now)
    line.append("\",\"level\":\"")
    line.append(text: "\(observation.level)")
    line.append("\",\"event\":\"")
    line.append(text: observation.kind.rawValue)
    line.append("\"")
    for (name, value) in observation.fields {
      line.append(",\"")
      line.append(name)
      line.append("\":")
      switch value {
      case .text(let text): line.append(jsonString: text)
      case .number(let number): line.append(decimal: Int64(number))
      }
    }
    line.append("}")
  }

  private func writeText(_ observation: Observation, _ now: Int64, to line: inout ByteBuffer) {
    line.append(utcMilliseconds: now)
    line.append(" ")
    line.append(text: "\(observation.level)")
    line.append(" ")
    line.append(text: observation.kind.rawValue)
    for (name, value) in observation.fields {
      line.append(" ")
      line.append(name)
      line.append("=")
      switch value {
      // Quoted, so that a text from outside can neither begin a line nor move the cursor.
      case .text(let text): line.append(jsonString: text)
      case .number(let number): line.append(decimal: Int64(number))
      }
    }
  }
}
